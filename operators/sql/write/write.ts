import type pg from "pg";
import type { Context, Told } from "../context";
import { list, quoted, shown } from "../names";
import { ask, inTransaction } from "../warehouse";
import { raiseFence, runColumn } from "./fence";
import { foresee } from "./foresee";
import { mergeRows } from "./merge";
import { overwritePartition } from "./partition";
import { replaceTable } from "./replace";
import type { Rows } from "./rows";
import {
  type Column,
  makeTable,
  matched,
  missingRunColumn,
  noteMade,
  refuseSchema,
  type Target,
  targetOf,
} from "./target";
import { type Plan, runOf, type Writing } from "./writing";

/**
 * Writes all rows or none, in one transaction that holds the fence. Doing it again leaves the same table.
 * @param rows asked for inside the transaction, since what they are may depend on what is there
 */
export async function write(
  client: pg.Client,
  context: Context,
  plan: Plan,
  rows: (target: Target | null) => Promise<Rows>,
): Promise<Told> {
  if (context.dry) return foresee(client, context, plan, rows);
  const { table, mode } = plan;
  refuseSchema(context, table, "table");
  const fence = await raiseFence(client, context, table.schema);
  return inTransaction(client, "begin", async () => {
    await fence.hold();
    const there = await targetOf(client, table);
    const given = await rows(there);
    if (mode === "replace") return replaceTable({ client, context, plan, rows: given, there });
    const target = there ?? (await madeFor(client, context, plan, given.columns));
    const columns = matched(table, target, given.columns);
    const writing: Writing = { client, context, plan, fence, target, columns, rows: given };
    if (mode === "append") return append(writing);
    if (mode === "merge") return mergeRows(writing);
    return overwritePartition(writing);
  });
}

/** With an index for what the mode looks rows up by. */
async function madeFor(client: pg.Client, context: Context, plan: Plan, columns: Column[]): Promise<Target> {
  const { table, mode, key, timeColumn } = plan;
  const added = mode === "append" ? [{ name: runColumn, type: "bigint" }] : [];
  await makeTable(client, context, table, [...columns, ...added]);
  await noteMade(client, context, table);
  const by = mode === "append" ? [runColumn] : mode === "merge" ? key : [timeColumn ?? ""];
  if (by.every((name) => [...columns, ...added].some((column) => column.name === name)))
    await client.query(`create ${mode === "merge" ? "unique " : ""}index on ${shown(table)} (${list(by)})`);
  return (await targetOf(client, table)) as Target;
}

/** What this run added before goes, so that a retry doubles nothing. */
async function append(writing: Writing): Promise<Told> {
  const { client, plan, rows, columns } = writing;
  const run = runOf(writing);
  const into = shown(plan.table);
  if (run === null) throw missingRunColumn(plan.table);
  const gone = await ask(
    client,
    `with gone as (delete from ${into} where ${quoted(runColumn)} = $1 returning 1) select count(*) from gone`,
    [run],
  );
  const added = await rows.into(client, into, columns, run);
  return { rows: added, metrics: { added, replaced: Number(gone[0]?.[0] ?? 0) } };
}
