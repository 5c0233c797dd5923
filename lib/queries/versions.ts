import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { queryFor } from "./row";
import type { Parameter, QueryVersionView } from "./schema";

interface Row extends Pick<QueryVersionView, "number" | "title" | "description" | "sql" | "tags" | "parameters"> {
  sql_cut: boolean;
  author_id: string;
  author_name: string | null;
  created_at: Date;
}

const columns = `v.number, v.title, v.tags, v.parameters, v.author_id, u.name as author_name, v.created_at`;
const tables = "query_versions v left join users u on u.id = v.author_id";

function viewOf(row: Row, verified: number | null): QueryVersionView {
  const { sql_cut: sqlCut, author_id: id, author_name: name, created_at: at, ...text } = row;
  const author = { id, name: name ?? "Somebody" };
  return { ...text, sqlCut, author, createdAt: at.toISOString(), verified: verified === row.number };
}

/** Every version, newest first; a long SQL by its beginning, for many of 8 MiB would fill the process. */
export async function listVersions(ctx: Context, id: string): Promise<QueryVersionView[]> {
  allow(ctx, "query.read");
  const query = await queryFor(ctx, id);
  const { rows } = await pool().query<Row>(
    `select ${columns}, left(v.description, 2000) as description, left(v.sql, 2000) as sql, length(v.sql) > 2000 as sql_cut
     from ${tables} where v.query_id = $1 order by v.number desc limit 1000`,
    [query.id],
  );
  return rows.map((row) => viewOf(row, query.verified_version));
}

/** One version, whole. @throws SluiceError not_found */
export async function getVersion(ctx: Context, id: string, number: number): Promise<QueryVersionView> {
  allow(ctx, "query.read");
  const query = await queryFor(ctx, id);
  const { rows } = await pool().query<Row>(
    `select ${columns}, v.description, v.sql, false as sql_cut from ${tables} where v.query_id = $1 and v.number = $2`,
    [query.id, number],
  );
  if (!rows[0]) throw missing(number);
  return viewOf(rows[0], query.verified_version);
}

/** @throws SluiceError not_found */
export async function versionOf(queryId: string, number: number): Promise<{ sql: string; parameters: Parameter[] }> {
  const found = await db().queryVersion.findUnique({ where: { queryId_number: { queryId, number } } });
  if (!found) throw missing(number);
  return { sql: found.sql, parameters: found.parameters as Parameter[] };
}

function missing(number: number): SluiceError {
  return new SluiceError("not_found", `This query has no version ${number}.`);
}
