import type { Context } from "@/lib/access/context";
import { type StatementRow, statementOf } from "@/lib/executions/data";
import { executionNamed } from "@/lib/executions/name-result";
import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { partsOf } from "@/lib/results/as-parts";
import { readManifest } from "@/lib/results/manifest";
import type { Column, TableInfo } from "@/lib/warehouses/adapter";
import type { Opened } from "./tables";

const refuse = (message: string) => new SluiceError("invalid", message);

/** The stored rows of an execution, by what this person calls them or by its id. @throws SluiceError saying what to do */
export async function openNamedResult(person: Context, name: string): Promise<Opened> {
  return openResult(person, (await executionNamed(person.user.id, name)) ?? name);
}

/** By its id. @throws SluiceError saying what to do */
export async function openResult(person: Context, id: string): Promise<Opened> {
  const statement = await statementOf(person, id).catch((error: unknown) => {
    if (!(error instanceof SluiceError) || error.code !== "not_found") throw error;
    throw refuse(
      `There is no result "${id.slice(0, 60)}" that you may open. It goes by the last part of its execution's address, or by the name that you give it there; if it is somebody else's, ask them to share it.`,
    );
  });
  return openStatement(statement, await engineOf(id));
}

async function engineOf(execution: string): Promise<string> {
  const [row] = await sql<{ engine: string }>(
    "execution-engine",
    "select w.engine from executions e join warehouses w on w.id = e.warehouse_id where e.id = $1",
    [execution],
  );
  return row?.engine ?? "";
}

async function openStatement(statement: StatementRow, engine: string): Promise<Opened> {
  const { executionId, state, columns, resultKey } = statement;
  const name = `results."${executionId}"`;
  if (state !== "succeeded") {
    const why = state === "failed" || state === "cancelled" ? `${state}; run it again` : "is not finished; wait for it";
    throw refuse(`${name} ${why}, then query its rows.`);
  }
  if (!columns?.length) throw refuse(`${name} has no columns.`);
  // Of those only the beginning stands in the file, and half a value is not what it was.
  if (resultKey && (await readManifest(resultKey)).largeCells.length > 0)
    throw refuse(
      `${name} has values over 1 MiB, which are kept apart from its rows. Run it again without that column.`,
    );
  const { parts, release } = await partsOf(statement);
  return {
    table: { columns, native: false, engine, files: parts.map(({ file }) => file), execution: executionId },
    release,
  };
}

interface Recent {
  id: string;
  name: string | null;
  sql: string;
  columns: Column[];
  row_count: number | null;
  result_bytes: number | null;
}

/** What they named, then their own of late; any other is named by its id as well. */
export async function listResults(person: Context): Promise<TableInfo[]> {
  const rows = await sql<Recent>(
    "tables-results",
    `with readable as not materialized (select e.id, e.user_id, e.share_id, left(e.sql, 200) as sql, s.columns, s.row_count, s.result_bytes
       from executions e join statements s on s.id = e.statement_id
       where e.state = 'succeeded' and s.expired_at is null and jsonb_typeof(s.columns) = 'array' and s.columns <> '[]'),
     named as (select r.*, n.name from result_names n join readable r on r.id = n.execution_id where n.user_id = $1),
     recent as (select r.*, null::text as name from readable r
       where r.user_id = $1 and r.share_id is null order by r.id desc limit 30)
     select id, name, sql, columns, row_count, result_bytes from
       (select * from named union all select * from recent where id not in (select id from named)) found
     order by name nulls last, id desc`,
    [person.user.id],
  );
  return rows.map(({ id, name, sql: text, columns, row_count, result_bytes }) =>
    tableInfo("results", name ?? id, text.replace(/\s+/g, " ").trim(), columns, row_count, result_bytes),
  );
}

export function tableInfo(
  schema: string,
  name: string,
  comment: string | null,
  columns: Column[],
  rows: number | null,
  bytes: number | null,
): TableInfo {
  const described = columns.map((column) => ({
    name: column.name,
    type: column.engineType ?? column.type,
    nullable: true,
    comment: null,
  }));
  return { schema, name, kind: "table", comment, rows, bytes, columns: described, foreignKeys: [] };
}
