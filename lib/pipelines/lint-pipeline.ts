import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { readCatalogue } from "@/lib/operators/catalogue";
import { readText, type TextFormat } from "./document";
import { knownTo } from "./known";
import { lint, placed } from "./lint";
import type { LintView } from "./schema";

/** Everything that is wrong with a document, with what this person's grants show of the world. Nothing is kept. */
export async function lintPipeline(
  ctx: Context,
  { text, format }: { text: string; format: TextFormat },
): Promise<LintView> {
  allow(ctx, "pipeline.read");
  const { value, positions, problems } = readText(text, format);
  if (problems.length > 0) return { ok: false, problems };
  const { installed, broken } = await readCatalogue();
  const operators = { manifests: installed.map(({ manifest }) => manifest), broken };
  const found = placed(lint(value, operators, await knownTo(ctx, value)), positions);
  return { ok: found.every(({ severity }) => severity === "warning"), problems: found };
}
