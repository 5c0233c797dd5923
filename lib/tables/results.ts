import type { Context } from "@/lib/access/context";
import { type StatementRow, statementOf } from "@/lib/executions/data";
import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { partsOf } from "@/lib/results/as-parts";
import { readManifest } from "@/lib/results/manifest";
import type { Column, TableInfo } from "@/lib/warehouses/adapter";
import type { Opened } from "./tables";

const refuse = (message: string) => new SluiceError("invalid", message);

/** The stored rows of an execution, by its id. @throws SluiceError saying what to do */
export async function openResult(person: Context, id: string): Promise<Opened> {
  const statement = await statementOf(person, id).catch((error: unknown) => {
    if (!(error instanceof SluiceError) || error.code !== "not_found") throw error;
    throw refuse(
      `There is no result "${id.slice(0, 60)}" that you may open. Its name is the last part of an execution's address; if it is somebody else's, ask them to share it.`,
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
  sql: string;
  columns: Column[];
  row_count: number | null;
  result_bytes: number | null;
}

/** One's own of late; any other is named by its id as well. */
export async function listResults(person: Context): Promise<TableInfo[]> {
  const rows = await sql<Recent>(
    "tables-results",
    `select e.id, left(e.sql, 200) as sql, s.columns, s.row_count, s.result_bytes
     from executions e join statements s on s.id = e.statement_id
     where e.user_id = $1 and e.share_id is null and e.state = 'succeeded' and s.expired_at is null
       and jsonb_typeof(s.columns) = 'array' and s.columns <> '[]'
     order by e.id desc limit 30`,
    [person.user.id],
  );
  return rows.map(({ id, sql: text, columns, row_count, result_bytes }) =>
    tableInfo("results", id, text.replace(/\s+/g, " ").trim(), columns, row_count, result_bytes),
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
