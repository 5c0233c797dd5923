import { pointerOf } from "@/lib/platform/json-pointer";
import type { LintedStage } from "./lint";
import type { Problem } from "./schema";

/**
 * A stage whose operator runs whatever image the document names, for somebody who lacks the right to it.
 * @param way what to do about it; null: they have the right
 */
export function anyImage({ at, stage, manifest }: LintedStage, way: string | null): Problem[] {
  if (way === null || manifest?.image !== null) return [];
  const message = `${manifest.title} runs any container image, which is not allowed to you.`;
  return [{ severity: "error", stage: stage.id, field: pointerOf(["stages", at, "operator"]), message, fix: way }];
}
