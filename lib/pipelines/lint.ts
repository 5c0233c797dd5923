import type { ManifestProblem } from "@/lib/operators/check-manifest";
import { oneOf } from "@/lib/operators/near";
import type { Manifest } from "@/lib/operators/schema";
import { pick } from "@/lib/operators/versions";
import { pointerOf } from "@/lib/platform/json-pointer";
import { type Positions, readText, type TextFormat } from "./document";
import { lintGraph } from "./lint-graph";
import { lintNotify } from "./lint-notify";
import { lintStage } from "./lint-stage";
import { namesOf, templateProblems } from "./lint-templates";
import { lintTriggers } from "./lint-triggers";
import { documentSchema, type PipelineDocument, type Problem, type Stage, stageSchema } from "./schema";
import { shapeProblems } from "./shape";

/**
 * Everything that is wrong with a document, in words: the stage, the field, what it is and what to do. Pure, so that the
 * form says it as one types, the CLI before anything is sent, and the server before it publishes.
 */

/** The operators that there are, and those that cannot be used. */
export interface KnownOperators {
  manifests: readonly Manifest[];
  broken?: readonly { id: string; problems: ManifestProblem[] }[];
}

/** What only a server knows, for the one who asks. What is left out is not looked at. */
export interface Knows {
  warehouses: { name: string; engine: string; writer: boolean }[];
  /** Schemas that the pipeline's team may write in; null: any. */
  schemas?: (warehouse: string) => readonly string[] | null;
  /** A table as it was last seen; null: there is none; undefined: nobody has looked. */
  table?: (warehouse: string, table: string) => { columns: readonly string[] } | null | undefined;
  secrets?: readonly string[];
  /** Names of the person's uploaded tables, and archives. */
  uploads?: readonly string[];
  archives?: readonly string[];
  /** What to do so that one may name any image (any-image.ts); null: one may. */
  anyImage?: string | null;
  variables?: readonly string[];
  teams?: readonly string[];
  /** Of those that `notify` names: who has an account, by address in small letters, and which teams there are. */
  told?: { people: readonly string[]; teams: readonly string[] };
  /** Why nothing may be sent to an address; null: it may. */
  refusedAddress?: (url: string) => string | null;
}

/** A stage that can be looked at, and what is known of it. */
export interface LintedStage {
  at: number;
  stage: Stage;
  /** Undefined: its operator is unknown, which is said once. */
  manifest: Manifest | undefined;
}

/** What the parts of the linter share. */
export class Lint {
  readonly problems: Problem[] = [];
  readonly stages: LintedStage[];
  /** By id; of two with one id the first. */
  readonly byId: ReadonlyMap<string, LintedStage>;
  /** Ids also of stages that are wrong otherwise: they are there. */
  readonly ids: ReadonlySet<string>;

  constructor(
    readonly document: Pick<PipelineDocument, "stages"> & Partial<PipelineDocument>,
    readonly operators: KnownOperators,
    readonly knows: Knows | undefined,
    places: number[],
    ids: Iterable<string>,
  ) {
    this.ids = new Set(ids);
    this.stages = document.stages.map((stage, n) => ({
      at: places[n] ?? n,
      stage,
      manifest: pick(stage.operator, operators.manifests),
    }));
    this.byId = new Map(this.stages.toReversed().map((one) => [one.stage.id, one]));
  }

  say(
    where: { stage?: string; field: (string | number)[] },
    message: string,
    fix: string,
    severity: Problem["severity"] = "error",
  ): void {
    const { stage, field } = where;
    this.problems.push({ severity, ...(stage && { stage }), field: pointerOf(field), message, fix });
  }
}

/** Names that stand in the place of a pipeline's in an address. */
const taken = new Set(["lint", "new", "templates", "drafts", "try"]);

/** More are not read by anybody. */
const mostProblems = 500;

/** What can be looked at of something that is no document: each stage that is one. */
function salvaged(value: unknown): { document: Lint["document"]; places: number[]; ids: string[] } {
  const parsed = documentSchema.safeParse(value);
  if (parsed.success)
    return {
      document: parsed.data,
      places: parsed.data.stages.map((_, n) => n),
      ids: parsed.data.stages.map(({ id }) => id),
    };
  const given = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const all = Array.isArray(given.stages) ? given.stages.slice(0, 2_000) : [];
  const places: number[] = [];
  const stages: Stage[] = [];
  for (const [at, one] of all.entries()) {
    const stage = stageSchema.safeParse(one);
    if (!stage.success) continue;
    stages.push(stage.data);
    places.push(at);
  }
  const ids = all.flatMap((one) => (typeof one?.id === "string" ? [one.id as string] : []));
  const kept: Partial<PipelineDocument> = {};
  for (const key of ["name", "owner", "parameters", "triggers", "notify", "env"] as const) {
    const part = documentSchema.shape[key].safeParse(given[key]);
    if (part.success && part.data !== undefined) Object.assign(kept, { [key]: part.data });
  }
  return { document: { ...kept, stages }, places, ids };
}

/** Problems of a document, or of what should be one, in the order of the document's parts. */
export function lint(value: unknown, operators: KnownOperators, knows?: Knows): Problem[] {
  const { document, places, ids } = salvaged(value);
  const lint = new Lint(document, operators, knows, places, ids);
  lint.problems.push(...shapeProblems(value));
  unstorable(lint, value);
  if (knows?.teams && document.owner && !knows.teams.includes(document.owner))
    lint.say({ field: ["owner"] }, `There is no team ${document.owner} that you are in.`, oneOf(knows.teams));
  if (document.name && taken.has(document.name))
    lint.say(
      { field: ["name"] },
      `A pipeline cannot be called ${document.name}: an address of ours is.`,
      "Choose another name.",
    );
  lintTriggers(lint);
  lintNotify(lint);
  for (const [name, one] of Object.entries(document.env ?? {}))
    if (typeof one === "string") templateProblems(lint, one, { field: ["env", name] }, namesOf(lint, null));
  for (const one of lint.stages) lintStage(lint, one);
  lintGraph(lint);
  return lint.problems.slice(0, mostProblems);
}

/** The text's own problems, or all of its document's, each with its place; in the order that they stand there. */
export function lintText(text: string, format: TextFormat, operators: KnownOperators, knows?: Knows): Problem[] {
  const { value, positions, problems } = readText(text, format);
  return problems.length > 0 ? problems : placed(lint(value, operators, knows), positions);
}

export function placed(problems: Problem[], positions: Positions): Problem[] {
  const all = problems.map((one) => ({ ...one, ...positions(one.field) }));
  return all.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Texts that no database keeps. */
function unstorable(lint: Lint, value: unknown, field: (string | number)[] = []): void {
  if (typeof value === "string") {
    if (value.includes("\u0000") || !value.isWellFormed())
      lint.say({ field }, "This text has a NUL character, or half of one.", "Take it out.");
  } else if (typeof value === "object" && value !== null && field.length < 100)
    for (const [key, one] of Object.entries(value))
      unstorable(lint, one, [...field, Array.isArray(value) ? Number(key) : key]);
}
