import { type Column, WarehouseError } from "@/lib/warehouses/adapter";
import type { Lake, LakeChange, LakeFile, LakeTable, LakeWriter } from "@/lib/warehouses/lake";
import { ColumnsSink } from "./columns-sink";
import { givenTables } from "./given-tables";
import type { WriteRequest } from "./lake-request";
import { type Among, amongOf, type Taken, takenOut } from "./lake-rows";
import type { DuckDbSession, KeptRows } from "./session";
import { identifier } from "./words";

/** How rows come into a table of a lake: decision 0072. */

/** What was done, or in a dry run would be, in rows. */
export interface Written {
  adds: number;
  changes: number;
  deletes: number;
  columns: number;
  /** Whether the table was not there before. */
  made: boolean;
}

/** Somebody else may change the table while files are made; then they are made anew, but not for ever. */
const mostTries = 20;

const fault = (code: string, message: string, hint?: string) =>
  new WarehouseError({ code, message, ...(hint ? { hint } : {}) });

const said = ({ schema, name: table }: { schema: string; name: string }) => `${schema}.${table}`;

interface Writing {
  session: DuckDbSession;
  lake: Lake;
  request: WriteRequest;
  /** Whose rows these are; of a dry run too. */
  writer: LakeWriter;
}

/**
 * Writes all rows or none. Doing it again leaves the same table.
 * @param sent the Parquet file that the stage has sent, where its rows are in one
 * @param dry nothing is written: by the same way, up to where it would be
 * @throws WarehouseError
 */
export async function writeTable(writing: Writing, sent: string | null, dry: boolean): Promise<Written> {
  const { session, lake, request, writer } = writing;
  refuseSchema(request, writer);
  if (!dry) await lake.raise(writer);
  const kept = request.mode === "view" ? await viewRows(session, request) : await keptRows(session, request, sent);
  for (let tries = 1; tries <= mostTries; tries++) {
    const there = await lake.find(request.table);
    const { change, written, files } = await workedOut(writing, kept, there);
    if (dry) return written;
    const added: LakeChange["added"] = [];
    for (const { file, rows: count, runKey } of files) added.push({ ...(await lake.put(file)), rows: count, runKey });
    if (await lake.commit(writer, { ...change, added })) return written;
  }
  throw fault(
    "busy_table",
    `${said(request.table)} was changed by others each time that this stage was about to.`,
    "Run it again, or let fewer pipelines write the same table at once.",
  );
}

function refuseSchema({ table }: WriteRequest, { schemas }: LakeWriter): void {
  if (!schemas || schemas.includes(table.schema)) return;
  const may = schemas.length > 0 ? `It may write in ${schemas.join(", ")}.` : "It has been granted no schema yet.";
  throw fault(
    "schema_refused",
    `This pipeline's team may not write in the schema ${table.schema}. ${may}`,
    "Ask an admin to grant the schema to the team.",
  );
}

/** Of a view the columns alone; nobody reads on after the first row. */
async function viewRows(session: DuckDbSession, { rows: { sql } }: WriteRequest & { mode: "view" }): Promise<KeptRows> {
  const sink = new ColumnsSink();
  await session.run({ sql, values: [], limit: 0 }, sink);
  return { file: "", columns: sink.found, rows: 0 };
}

function keptRows(
  session: DuckDbSession,
  { rows: from }: Exclude<WriteRequest, { mode: "view" }>,
  sent: string | null,
): Promise<KeptRows> {
  if (!("sent" in from)) return session.keep(from);
  if (sent === null) throw fault("nothing_sent", "The stage has sent no rows.");
  return session.keep(
    { sql: "SELECT * FROM given.sent", values: [] },
    givenTables({ sent: { files: [sent], columns: [] } }),
  );
}

interface WorkedOut {
  change: Omit<LakeChange, "added">;
  files: { file: string; rows: number; runKey: string }[];
  written: Written;
}

async function workedOut(writing: Writing, kept: KeptRows, there: LakeTable | null): Promise<WorkedOut> {
  const { session, lake, request, writer } = writing;
  const { table, mode } = request;
  if (there && (there.view !== null) !== (mode === "view"))
    throw fault(
      "wrong_table",
      `${said(table)} is a ${there.view === null ? "table" : "view"} already.`,
      "Choose another name for this.",
    );
  // An attempt before this one, which did not live to tell, may have made it.
  if (there && mode === "replace" && request.onlyNew && there.files.some(({ runKey }) => runKey !== writer.runKey))
    throw fault(
      "table_there",
      `${said(table)} is there already, and was left as it is.`,
      "Choose another name, or have it replaced.",
    );
  const replaced = mode === "replace" || mode === "view";
  const columns = there && !replaced ? there.columns : kept.columns;
  const fitted = columns === kept.columns ? kept : await asColumns(session, request, kept, columns);
  const before = there?.files ?? [];
  const view = mode === "view" ? request.rows.sql : null;
  const among = amongOf(request, columns);
  if (among) await refuseRows(session, among, fitted);
  const taken = await takenFrom({ session, lake, writer }, request, before, fitted, among);
  const own =
    fitted.rows > 0 && mode !== "view" ? [{ file: fitted.file, rows: fitted.rows, runKey: writer.runKey }] : [];
  const changes = mode === "merge" ? taken.rows : 0;
  return {
    change: { table, before: there, view, columns, retired: taken.retired.map(({ id }) => id) },
    files: [...own, ...taken.left],
    written: {
      adds: mode === "view" ? 0 : fitted.rows - changes,
      changes,
      deletes: mode === "merge" || mode === "view" ? 0 : taken.rows,
      columns: columns.length,
      made: there === null,
    },
  };
}

/** The rows with the columns of the table that is there: by name, as its types, and NULL for what they do not bring. */
async function asColumns(
  session: DuckDbSession,
  request: WriteRequest,
  kept: KeptRows,
  columns: Column[],
): Promise<KeptRows> {
  const key = ({ name: column }: Column) => column.toLowerCase();
  const strange = kept.columns.filter((one) => !columns.some((other) => key(other) === key(one)));
  if (strange.length > 0)
    throw fault(
      "wrong_table",
      `${said(request.table)} has no column ${strange.map((one) => `"${one.name}"`).join(", ")}. It has: ${columns.map((one) => one.name).join(", ")}.`,
      "Leave the column out, or make the table anew with mode replace.",
    );
  const missing = columns.filter((one) => !kept.columns.some((other) => key(other) === key(one)));
  if (request.mode === "merge" && missing.length > 0)
    throw fault(
      "wrong_table",
      `The rows have no column ${missing.map((one) => `"${one.name}"`).join(", ")}, and a changed row is written as a whole.`,
      "Bring every column of the table along.",
    );
  const cells = columns.map((one) => {
    const from = missing.includes(one) ? "NULL" : identifier(one.name);
    return `CAST(${from} AS ${one.engineType ?? one.type}) AS ${identifier(one.name)}`;
  });
  return session.keep(
    { sql: `SELECT ${cells.join(", ")} FROM given.rows`, values: [] },
    givenTables({ rows: { files: [kept.file], columns: kept.columns } }),
  );
}

/** @throws WarehouseError where rows have no key, the same key, or are of another time */
async function refuseRows(session: DuckDbSession, among: Among, fitted: KeptRows): Promise<void> {
  const given = givenTables({ rows: { files: [fitted.file], columns: fitted.columns } });
  for (const { sql, words } of among.refuses) {
    const [found] = await session.ask<{ n: number; one: string | null }>(sql, given);
    if (found && found.n > 0) throw fault(among.code, words(found.n, found.one), among.hint);
  }
}

async function takenFrom(
  { session, lake, writer }: Pick<Writing, "session" | "lake" | "writer">,
  { mode }: WriteRequest,
  before: LakeFile[],
  fitted: KeptRows,
  among: Among | null,
): Promise<Taken> {
  if (among) return takenOut(session, lake, { before, rows: fitted, inside: among.inside });
  const retired =
    mode === "append" ? before.filter(({ runKey }) => runKey === writer.runKey) : mode === "view" ? [] : before;
  return { retired, left: [], rows: retired.reduce((sum, file) => sum + file.rows, 0) };
}
