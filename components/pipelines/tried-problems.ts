import type { DraftDocument } from "@/components/pipelines/draft-document";
import type { Problem } from "@/lib/pipelines/schema";
import type { RunView } from "@/lib/runs/schema";

/**
 * What a try found wrong with parameters, each for its own field: only of those that are still as they were tried. Pure.
 *
 * @param tried the draft as it was then
 */
export function triedProblems(
  run: Pick<RunView, "stages"> | undefined,
  tried: DraftDocument | null,
  now: DraftDocument | null,
): Problem[] {
  return (run?.stages ?? []).flatMap(({ id, state, error }) => {
    const before = tried?.stages.find((one) => one.id === id);
    const stage = now?.stages.find((one) => one.id === id);
    const field = error?.field;
    if (state !== "failed" || !before || !stage || !field || !Object.hasOwn(stage.params, field)) return [];
    if (stage.operator !== before.operator || !same(stage.params[field], before.params[field])) return [];
    const place = `/stages/${stage.at}/params/${field}`;
    return [{ severity: "error", stage: id, field: place, message: error.message, fix: error.hint ?? "" }];
  });
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
