import { type Context, StageError, type Told } from "../context";
import { literal, quoted, said, shown } from "../names";
import { ask } from "../warehouse";
import type { Column } from "./target";
import { type Plan, runOf, type Writing } from "./writing";

/** Deletes exactly the interval's rows, adds the new ones, and refuses a row that is not of the interval. */
export async function overwritePartition(writing: Writing): Promise<Told> {
  const { client, context, plan, columns, rows, target } = writing;
  const { table, timeColumn } = plan;
  const inside = insideOf(context, plan, columns);
  const { from, to, timeZone } = context.interval;
  const [gone] = await ask(
    client,
    `with gone as (delete from ${shown(table)} where ${inside} returning 1) select count(*) from gone`,
  );
  const added = await rows.into(client, shown(table), columns, runOf({ ...writing, target }));
  // What this transaction wrote bears its number, whatever others add meanwhile.
  const mine = "xmin::text::bigint = (pg_catalog.txid_current() % 4294967296)";
  const [found] = await ask(client, `select count(*) from ${shown(table)} where ${inside} and ${mine}`);
  if (Number(found?.[0]) !== added) {
    const [outside] = await ask(
      client,
      `select coalesce(${quoted(timeColumn ?? "")}::text, 'empty') from ${shown(table)} where ${mine} and (${inside}) is not true limit 1`,
    );
    throw new StageError(
      `${added - Number(found?.[0])} of the rows are not of this interval (${from} to ${to}, ${timeZone}): ${timeColumn} is ${outside?.[0]} in one of them. Nothing was written.`,
      { field: "time_column", hint: "Filter the rows by the interval before they are written." },
    );
  }
  return { rows: added, metrics: { added, replaced: Number(gone?.[0] ?? 0) } };
}

/** Whether a row is of the interval, by its time. @throws StageError at the time's column */
export function insideOf({ interval }: Context, { table, timeColumn }: Plan, columns: Column[]): string {
  if (!timeColumn) throw new StageError("Say which column has a row's time.", { field: "time_column" });
  const column = columns.find(({ name }) => name === timeColumn);
  if (!column)
    throw new StageError(`The rows have no column "${timeColumn}", which says when they are of.`, {
      field: "time_column",
    });
  // The session's zone is the interval's: a date, or a time without zone, is of that zone.
  const zoned = /with time zone/.test(column.type);
  if (!zoned && !/^(date|timestamp)/.test(column.type))
    throw new StageError(`${said(table)}.${timeColumn} is ${column.type}, and no date or time.`, {
      field: "time_column",
    });
  const at = (text: string) => `${literal(text)}::timestamptz${zoned ? "" : "::timestamp"}`;
  return `${quoted(timeColumn)} >= ${at(interval.from)} and ${quoted(timeColumn)} < ${at(interval.to)}`;
}
