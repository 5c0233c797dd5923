import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { laneWithin } from "@/lib/gate/lane-of";
import { readCatalogue } from "@/lib/operators/catalogue";
import { parseDocument, type TextFormat } from "@/lib/pipelines/document";
import { lintText } from "@/lib/pipelines/lint";
import { pinOperators } from "@/lib/pipelines/pin-operators";
import { knownFor, named, refuseAnyImage, refused, teamFor } from "@/lib/pipelines/publish-pipeline";
import { requirePipelineEdit } from "@/lib/pipelines/row";
import type { PipelineDocument } from "@/lib/pipelines/schema";
import { invalidAt } from "@/lib/platform/errors";
import { askedFor } from "./dry-stages";
import { intervalFor } from "./interval";
import { runParams } from "./run-params";
import type { StartedRun, TryPipeline } from "./schema";
import { createRun } from "./start-run";

/**
 * Runs a draft without writing anything outside: as a sample, or with `rows: null` over all rows, and then what its writers say
 * is what they would do. It goes through the same gate, as the pipeline would that it is a draft of, and is no run of that one.
 * @throws SluiceError forbidden, invalid {problems} with what is wrong in the stages that are asked for
 */
export async function tryPipeline(ctx: Context, input: TryPipeline, id?: string): Promise<StartedRun> {
  allow(ctx, "pipeline.run");
  const until = input.until ?? null;
  const { document, team, row, whole, way } = await checked(ctx, input.document, input.format, until);
  const { pins } = await pinOperators(document, null);
  refuseAnyImage(whole, pins, way, "document");
  const interval = intervalFor(document, input, new Date());
  return createRun(ctx, {
    pipeline: row ?? { id: null, name: document.name, owner_id: ctx.user.id, team_id: team },
    version: { number: 0, document, pins },
    interval,
    params: runParams(document, input.params ?? {}),
    trigger: "try",
    lane: laneWithin(ctx, "interactive"),
    tried: { rows: input.rows, until, teamId: team, byAdmin: ctx.user.role === "admin" },
    ...(id ? { id } : {}),
  });
}

async function checked(ctx: Context, text: string, format: TextFormat, until: string | null) {
  const parsed = parseDocument(text, format);
  if (!parsed.ok) throw refused(parsed.problems, "document");
  const { document } = parsed;
  const row = await named(document.name);
  // Whether there is one of that name says nothing more than that the name is taken.
  if (row) requirePipelineEdit(ctx, row);
  const team = await teamFor(ctx, document.owner, row);
  const { installed, broken } = await readCatalogue();
  const operators = { manifests: installed.map(({ manifest }) => manifest), broken };
  const knows = await knownFor(ctx, document, team);
  const problems = lintText(text, format, operators, knows);
  if (until !== null && !document.stages.some((stage) => stage.id === until))
    throw invalidAt("until", `The document has no stage ${until}.`);
  const asked = askedFor(document, until);
  const wrong = problems.filter(
    ({ severity, stage }) => severity === "error" && (stage === undefined || asked.has(stage)),
  );
  if (wrong.length > 0) throw refused(wrong, "document");
  // What stands in the stages after is not looked at, and need not have an operator yet.
  return { document: onlyAsked(document, asked), team, row, whole: document, way: knows.anyImage };
}

const onlyAsked = (document: PipelineDocument, asked: Set<string>): PipelineDocument => ({
  ...document,
  stages: document.stages.filter(({ id }) => asked.has(id)),
});
