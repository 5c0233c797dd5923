import type pg from "pg";
import { type Context, StageError, type Told } from "../context";
import { list, quoted, said, shown } from "../names";
import { ask, inTransaction } from "../warehouse";
import { runColumn, runNumber } from "./fence";
import { differing, refuseUnknownKey, repeatedKey, sameKey } from "./merge";
import { insideOf } from "./partition";
import { refuseExisting } from "./replace";
import type { Rows } from "./rows";
import { type Column, matched, mayRead, missingRunColumn, refuseSchema, type Target, targetOf } from "./target";
import type { Plan } from "./writing";

/** Rows whose keys are remembered, to find one that stands twice. */
const mostKeys = 1_000_000;

interface Seeing {
  client: pg.Client;
  context: Context;
  plan: Plan;
  rows: Rows;
  /** Null: it would be made. */
  there: Target | null;
  /** As the rows would be written. */
  columns: Column[];
}

/**
 * What `write` would do, in a dry run: by a reader, in a read-only transaction, with the same refusals. What that reader may
 * not look at is not known.
 */
export async function foresee(
  client: pg.Client,
  context: Context,
  plan: Plan,
  rows: (target: Target | null) => Promise<Rows>,
): Promise<Told> {
  const { table, mode } = plan;
  refuseSchema(context, table, "table");
  return inTransaction(client, "begin isolation level repeatable read read only", async () => {
    const there = await targetOf(client, table);
    const given = await rows(there);
    if (there && mode === "replace") await refuseExisting(client, context, plan, there);
    if (there && mode === "append" && !there.columns.some(({ name }) => name === runColumn))
      throw missingRunColumn(table);
    const columns =
      there && mode !== "replace" ? matched(table, there, given.columns) : keptTypes(given.columns, there);
    if (mode === "merge") refuseUnknownKey(plan.key, columns);
    if (mode === "partition-overwrite") insideOf(context, plan, columns);
    const seeing: Seeing = { client, context, plan, rows: given, there, columns };
    const readable = !there || (await mayRead(client, table)) === true;
    const counted = await count(seeing, readable);
    const deletes = readable || mode === "merge" ? await deleted(seeing) : null;
    const notes = [
      ...(there ? [] : [`${said(table)} is not there yet: it is made with ${columns.length} columns.`]),
      ...(readable ? [] : [`The reader may not look at ${said(table)}, so what changes there is not known.`]),
      ...counted.notes,
      ...(context.dry?.rows ? [`Of the first ${context.dry.rows.toLocaleString("en-US")} rows that were read.`] : []),
    ];
    const { adds, changes } = counted;
    const note = notes.length > 0 ? { note: notes.join(" ") } : {};
    return { rows: counted.rows, plan: { adds, changes, deletes, ...note } };
  });
}

function keptTypes(rows: Column[], there: Target | null): Column[] {
  return rows.map((column) => there?.columns.find(({ name }) => name === column.name) ?? column);
}

interface Counted {
  rows: number;
  adds: number | null;
  changes: number | null;
  notes: string[];
}

/** Goes through the rows as they come: those of a query in the same session at once, others by the thousand. */
async function count(seeing: Seeing, readable: boolean): Promise<Counted> {
  const { client, context, plan, rows, columns, there } = seeing;
  const limit = context.dry?.rows ?? null;
  const whole = rows.count && limit === null && (plan.mode === "append" || plan.mode === "replace");
  if (rows.count && whole) {
    const all = await rows.count();
    return { rows: all, adds: all, changes: 0, notes: [] };
  }
  const sum: Counted = { rows: 0, adds: 0, changes: 0, notes: [] };
  const keys = new Set<string>();
  for await (const source of sourcesOf(rows, columns, limit)) {
    const [row] = await ask(client, measure(seeing, source.sql, there !== null && readable), source.values).catch(
      (error: unknown) => {
        throw unfit(error, sum.rows, source.values.length > 0);
      },
    );
    const [all = "0", added = "0", changed = "0", empty = "0", twice, outside = "0"] = row ?? [];
    sum.rows += Number(all);
    sum.adds = (sum.adds ?? 0) + Number(added);
    sum.changes = (sum.changes ?? 0) + Number(changed);
    if (Number(empty) > 0)
      throw new StageError(`${empty} of the rows have no value in the key (${plan.key.join(", ")}).`, { field: "key" });
    if (twice) throw repeatedKey(plan, twice, null);
    if (Number(outside) > 0)
      throw new StageError(`${outside} of the rows are not of this interval, by ${plan.timeColumn}.`, {
        field: "time_column",
        hint: "Filter the rows by the interval before they are written.",
      });
    for (const key of plan.mode === "merge" ? (source.keys?.(plan.key) ?? []) : []) {
      if (keys.has(key)) throw repeatedKey(plan, key, null);
      if (keys.size < mostKeys) keys.add(key);
    }
  }
  if (keys.size === mostKeys)
    sum.notes.push(`Whether a key stands twice was looked at in the first ${mostKeys.toLocaleString("en-US")} rows.`);
  return there && !readable && plan.mode === "merge" ? { ...sum, adds: null, changes: null } : sum;
}

interface Source {
  sql: string;
  values: unknown[];
  /** Of rows that came from elsewhere: their keys, to be compared over all pieces. */
  keys?(names: string[]): string[];
}

async function* sourcesOf(rows: Rows, columns: Column[], limit: number | null): AsyncGenerator<Source> {
  if (rows.sql !== undefined) {
    const most = limit === null ? "" : ` limit ${limit}`;
    const names = rows.columns.map(({ name }, n) => `${quoted(name)} as ${quoted(columns[n]?.name ?? name)}`);
    yield { sql: `select ${names.join(", ")} from (\n${rows.sql}\n) as rows${most}`, values: [] };
    return;
  }
  const cast = columns.map(({ name, type }, n) => `c${n}::${type} as ${quoted(name)}`).join(", ");
  const lists = columns.map((_, n) => `$${n + 1}::text[]`).join(", ");
  const names = columns.map((_, n) => `c${n}`).join(", ");
  for await (const piece of rows.read(columns, limit)) {
    yield {
      sql: `select ${cast} from unnest(${lists}) as u(${names})`,
      values: columns.map((_, n) => piece.map((cells) => cells[n] ?? null)),
      keys: (wanted) => {
        const places = wanted.map((name) => columns.findIndex((column) => column.name === name));
        return piece.map((cells) => JSON.stringify(places.map((place) => cells[place])));
      },
    };
  }
}

/** One row: how many there are, are added, are changed, have no key; a key that stands twice; how many are outside. */
function measure({ context, plan, columns }: Seeing, source: string, compare: boolean): string {
  const { mode, key, table } = plan;
  // Every cell is looked at, so that one that does not fit is found.
  const cells = columns.map(({ name }) => `count(${quoted(name)})`).join(" + ");
  const answers = [`count(*)::text`];
  if (mode === "merge") {
    const same = sameKey(key);
    const changes = differing(columns, key);
    const added = `(select count(*) from s where not exists (select from ${shown(table)} t where ${same}))::text`;
    const changed = `(select count(*) from ${shown(table)} t join s on ${same} where ${changes})::text`;
    answers.push(compare ? added : "count(*)::text", compare && changes ? changed : "'0'");
    answers.push(`count(*) filter (where ${key.map((name) => `${quoted(name)} is null`).join(" or ")})::text`);
    const keyText = `(array[${key.map((name) => `${quoted(name)}::text`).join(", ")}])::text`;
    answers.push(`(select ${keyText} from s group by ${list(key)} having count(*) > 1 limit 1)`);
  } else answers.push("count(*)::text", "'0'", "'0'", "null");
  const outside = mode === "partition-overwrite" ? `(${insideOf(context, plan, columns)}) is not true` : "false";
  answers.push(`count(*) filter (where ${outside})::text`, `(${cells})::text`);
  return `with s as materialized (${source}) select ${answers.join(", ")} from s`;
}

function unfit(error: unknown, before: number, piecewise: boolean): unknown {
  const { message, hint } = error as { message: string; hint?: string };
  const where = piecewise ? `Behind row ${before.toLocaleString("en-US")}: ` : "";
  return new StageError(`${where}${message}`, hint ? { hint } : {});
}

/** Rows of the table that go: those that this run added before, all of them, or the interval's. */
async function deleted({ client, context, plan, there, columns }: Seeing): Promise<number> {
  if (!there || plan.mode === "merge") return 0;
  const where = {
    append: `${quoted(runColumn)} = ${runNumber(context.runKey)}`,
    replace: "true",
    "partition-overwrite": plan.mode === "partition-overwrite" ? insideOf(context, plan, columns) : "",
  }[plan.mode];
  const [row] = await ask(client, `select count(*)::text from ${shown(plan.table)} where ${where}`);
  return Number(row?.[0] ?? 0);
}
