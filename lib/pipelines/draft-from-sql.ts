import { createHash } from "node:crypto";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { readDraft } from "@/lib/drafts/drafts";
import { getExecution } from "@/lib/executions/data";
import type { ExecutionView, ParameterValues } from "@/lib/executions/schema";
import { SluiceError } from "@/lib/platform/errors";
import { inferParameters } from "@/lib/queries/parameters";
import { type Parameter, parameterList } from "@/lib/queries/schema";
import { getVersion } from "@/lib/queries/versions";
import { type Drafted, draftedFrom } from "./draft-from-query";
import { usableWarehouses } from "./known";

/** “Make this a nightly table” of SQL that nobody saved as a query. Nothing is kept. */

export interface DraftedFromSql extends Drafted {
  /** Under which a person's changes of it are kept: the same SQL has the same. */
  keptAs: string;
}

/** A statement of a tab of the editor: where it stands in the tab's text, and what it asks for. */
export interface TabStatement {
  tab: string;
  /** By name or id. */
  warehouse: string;
  from: number;
  to: number;
  /** JSON: parameters as a saved query declares them. What cannot be read is asked for as text. */
  parameters: string | null;
}

/**
 * Of an execution: its query's version where it has one that this person may see, else its SQL. What was given stands as
 * what is usual.
 * @throws SluiceError not_found, forbidden
 */
export async function draftFromExecution(
  ctx: Context,
  id: string,
  titleOf: (sql: string) => string,
): Promise<DraftedFromSql & { title: string }> {
  allow(ctx, "pipeline.write");
  const view = await getExecution(ctx, id);
  const { name, engine } = await warehouseOf(ctx, view.warehouse.id);
  const version = view.query ? await versionOf(ctx, view.query) : null;
  const sql = version?.sql ?? view.sql;
  const declared = version?.parameters ?? inferParameters(sql, engine);
  const parameters = declared.map((one) => usually(one, version ? view.query?.values : view.parameters));
  const title = view.query?.title ?? titleOf(view.sql);
  const drafted = await draftedFrom(ctx, { title, sql, parameters, warehouse: { name, engine } });
  return { ...drafted, title, keptAs: `execution_${view.id}` };
}

/** Of what somebody writes. @throws SluiceError not_found: the tab is gone, or the warehouse is none of theirs */
export async function draftFromTab(
  ctx: Context,
  { tab, warehouse, from, to, parameters }: TabStatement,
  titleOf: (sql: string) => string,
): Promise<DraftedFromSql & { title: string }> {
  allow(ctx, "pipeline.write");
  const [draft, { id, name, engine }] = await Promise.all([readDraft(ctx, tab), warehouseOf(ctx, warehouse)]);
  const sql = draft.sql.slice(from, to);
  if (sql.trim() === "") throw new SluiceError("not_found", "There is no such statement in this tab any more.");
  const known = declaredIn(parameters);
  const asked = inferParameters(sql, engine).map((one) => known.find((other) => other.name === one.name) ?? one);
  const whole = sql.trim() === draft.sql.trim();
  const title = (whole && draft.title) || titleOf(sql);
  const drafted = await draftedFrom(ctx, { title, sql, parameters: asked, warehouse: { name, engine } });
  const hash = createHash("sha256")
    .update(JSON.stringify([id, sql, asked]))
    .digest("hex")
    .slice(0, 24);
  return { ...drafted, title, keptAs: `sql_${hash}` };
}

/** Rows of results and files stay with who may read them: none of them becomes a table. */
async function warehouseOf(ctx: Context, idOrName: string) {
  const found = (await usableWarehouses(ctx)).find(({ id, name }) => id === idOrName || name === idOrName);
  if (found) return found;
  throw new SluiceError("not_found", "There is no such warehouse that your pipelines may read.");
}

/** Null where the query has been closed to this person since. */
async function versionOf(ctx: Context, { id, version }: NonNullable<ExecutionView["query"]>) {
  try {
    return await getVersion(ctx, id, version);
  } catch (error) {
    if (error instanceof SluiceError && ["not_found", "forbidden"].includes(error.code)) return null;
    throw error;
  }
}

function declaredIn(parameters: string | null): Parameter[] {
  try {
    return parameterList.safeParse(JSON.parse(parameters ?? "[]")).data ?? [];
  } catch {
    return [];
  }
}

/** With what was given as what is usual; what was declared as nothing is what its value is. */
function usually(one: Parameter, given: ParameterValues | null | undefined): Parameter {
  const value = given && Object.hasOwn(given, one.name) ? given[one.name] : null;
  if (value === null || value === undefined) return one;
  if (Array.isArray(value)) {
    if (one.type === "multi") return { ...one, default: value };
    if (one.type === "queryList") return { ...one, default: value };
    return one.type === "text" ? several(one.name, value) : one;
  }
  const text = String(value);
  if (one.type === "multi") return { ...one, default: [text] };
  if (one.type !== "text") return { ...one, default: text };
  if (typeof value === "number") return { name: one.name, type: "number", default: text };
  return { ...one, default: text };
}

const several = (name: string, values: string[]): Parameter => ({
  ...{ name, type: "multi", default: values, options: values.map((value) => ({ value })) },
});
