import type pg from "pg";
import { prepareQuery, type Query } from "./bound";
import { type Context, choice, StageError, type Told } from "./context";
import { lakeOf } from "./lake/client";
import { keepQuery } from "./lake/write";
import { list, literal, quoted, said, shown } from "./names";
import { planOf } from "./plan";
import { ask, inTransaction, makeTemporary, open } from "./warehouse";
import { raiseFence, runColumn } from "./write/fence";
import type { Rows } from "./write/rows";
import { refuseSchema } from "./write/target";
import { write } from "./write/write";
import type { Plan } from "./write/writing";

const staged = "pg_temp.sluice_query_rows";

/** Keeps a query as a view, or its rows in a table: all of them, or the interval's. */
export async function transform(context: Context): Promise<Told> {
  const bound = context.sql.sql;
  if (!bound) throw new StageError("Write the SQL.", { field: "sql" });
  const as = choice(context, "as", ["view", "table", "incremental"], "table");
  const plan = planOf(context, as === "incremental" ? undefined : "replace");
  if (as === "incremental" && plan.mode === "replace")
    throw new StageError("Of an incremental table say how rows are added: append, merge or partition-overwrite.", {
      field: "mode",
    });
  const lake = lakeOf(context, "sql");
  if (lake) return keepQuery(lake, context, plan, { as, ...bound });
  const client = await open(context, "warehouse");
  if (as === "view") return makeView(client, context, plan, bound);
  if (context.dry) return write(client, context, plan, async () => askedRows(await prepared(client, bound)));
  const query = await run(client, bound);
  return write(client, context, plan, async () => stagedRows(query));
}

/**
 * The rows first go to a temporary table, in a read-only transaction: a function or a WITH in the person's SQL can
 * change nothing, and what is written afterwards is what was asked for.
 */
async function run(client: pg.Client, bound: { sql: string; values: unknown[] }): Promise<Query> {
  const query = await inTransaction(client, "begin read only", () => prepared(client, bound));
  const columns = query.columns.map(({ name, type }) => `${quoted(name)} ${type}`);
  await makeTemporary(client, `create temporary table sluice_query_rows (${columns.join(", ")})`);
  await inTransaction(client, "begin read only", async () => {
    try {
      await ask(client, `insert into ${staged} select * from (\n${query.sql}\n) as rows`);
    } catch (error) {
      const { message, hint } = error as { message: string; hint?: string };
      throw new StageError(message, { field: "sql", ...(hint ? { hint } : {}) });
    }
  });
  await client.query(`analyze ${staged}`);
  return query;
}

async function prepared(client: pg.Client, bound: { sql: string; values: unknown[] }): Promise<Query> {
  const query = await prepareQuery(client, bound, "sql");
  if (query.columns.length === 0) throw new StageError("The SQL returns no column.", { field: "sql" });
  return query;
}

/** Of a dry run: a reader has no temporary tables, and what is not written can be asked for twice. */
function askedRows({ columns, sql }: Query): Rows {
  const never = () => {
    throw new Error("a dry run writes nothing");
  };
  return { columns, sql, read: never, into: never };
}

function stagedRows({ columns }: Query): Rows {
  return {
    columns,
    read: () => {
      throw new Error("staged rows are there to be written");
    },
    async into(client, into, target, run) {
      const added = run === null ? "" : `, ${run}`;
      const names = list([...target.map(({ name }) => name), ...(run === null ? [] : [runColumn])]);
      const { rowCount } = await client.query(
        `insert into ${into} (${names}) select ${list(columns.map(({ name }) => name))}${added} from ${staged}`,
      );
      return rowCount ?? 0;
    },
  };
}

async function makeView(
  client: pg.Client,
  context: Context,
  { table }: Plan,
  bound: { sql: string; values: unknown[] },
): Promise<Told> {
  refuseSchema(context, table, "table");
  if (bound.values.length > 0)
    throw new StageError("A view has no interval and no run: leave {{ … }} out of its SQL, or make it a table.", {
      field: "sql",
    });
  const { sql, columns } = await inTransaction(client, "begin read only", () => prepareQuery(client, bound, "sql"));
  if (context.dry) {
    const note = `Makes the view ${said(table)} with ${columns.length} columns, or puts it in the place of the one that is there.`;
    return { plan: { adds: 0, changes: 0, deletes: 0, note } };
  }
  const fence = await raiseFence(client, context, table.schema);
  await inTransaction(client, "begin", async () => {
    await fence.hold();
    try {
      await ask(client, `create or replace view ${shown(table)} as\n${sql}\n`);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      const hint = code === "42P16" ? `Drop the view first, or give it another name: its columns change.` : undefined;
      throw new StageError(`${said(table)} cannot be made: ${message}.`, { field: "sql", ...(hint ? { hint } : {}) });
    }
    await client.query(
      `comment on view ${shown(table)} is ${literal(`Made by Sluice: ${context.run.pipeline}, ${context.stage}`)}`,
    );
    for (const reader of context.writes?.readers ?? [])
      await client.query(`grant select on ${shown(table)} to ${quoted(reader)}`);
  });
  return { metrics: { columns: columns.length } };
}
