import { isDeepStrictEqual } from "node:util";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { readerFor } from "@/lib/access/reader";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { checkQuery } from "./check-query";
import { getQuery } from "./data";
import { queryFor, requireEdit } from "./row";
import type { Parameter, QueryText, QueryView, UpdateQuery } from "./schema";
import { tablesIn } from "./tables";
import { personExists, teamExists, writeVersion } from "./write-version";

/**
 * Changes a query. A change of its text is a new version, which nobody has verified yet; one that was made from an
 * older version than the latest is refused with both texts, so that nobody's is lost.
 * @throws SluiceError forbidden, not_found, invalid, conflict {base, current}
 */
export async function updateQuery(
  ctx: Context,
  id: string,
  input: UpdateQuery,
  detail: object = {},
): Promise<QueryView> {
  allow(ctx, "query.write");
  const seen = await queryFor(ctx, id);
  requireEdit(ctx, seen);
  const { warehouse, readerId } = await readerFor(ctx, input.warehouse ?? seen.warehouse_id);
  const sql = input.sql ?? seen.sql;
  await checkQuery(ctx, {
    engine: warehouse.engine,
    sql,
    parameters: input.parameters ?? seen.parameters,
    // One that it has already is no choice of this change.
    team: input.team === seen.team_id ? null : (input.team ?? null),
  });
  const tables = await tablesIn(sql, warehouse, readerId);
  await db().$transaction(async (tx) => {
    // Whoever comes second waits here, and finds the first one's version.
    await tx.$queryRaw`select 1 from queries where id = ${id} for update`;
    const row = await tx.query.findUniqueOrThrow({ where: { id } });
    const before = textOf(row);
    const after: QueryText = {
      title: input.title ?? before.title,
      description: input.description ?? before.description,
      sql: input.sql ?? before.sql,
      parameters: input.parameters ?? before.parameters,
      tags: input.tags ? [...new Set(input.tags)] : before.tags,
    };
    const keys = Object.keys(after) as (keyof QueryText)[];
    const changed: string[] = keys.filter((key) => !isDeepStrictEqual(after[key], before[key]));
    if (warehouse.id !== row.warehouseId) changed.push("warehouse");
    if (input.version !== undefined && input.version !== row.version && changed.length > 0)
      throw await conflict(tx, id, input.version, row.version, before);
    if (input.team !== undefined) await teamExists(tx, input.team);
    if (input.owner !== undefined) await personExists(tx, input.owner);
    const version = row.version + (changed.length > 0 ? 1 : 0);
    await tx.query.update({
      where: { id },
      data: {
        ...(changed.length > 0 ? { ...after, tables, version, warehouseId: warehouse.id } : {}),
        ...(input.team === undefined ? {} : { teamId: input.team }),
        ...(input.owner === undefined ? {} : { ownerId: input.owner }),
        ...(input.archived === undefined ? {} : { archivedAt: input.archived ? (row.archivedAt ?? new Date()) : null }),
        updatedAt: new Date(),
      },
    });
    if (changed.length > 0) await writeVersion(tx, ctx, id, version, after);
    const { team, owner, archived } = input;
    await audit(tx, ctx, "query.update", `query:${id}`, { version, changed, team, owner, archived, ...detail });
  });
  return getQuery(ctx, id);
}

function textOf(row: Omit<QueryText, "parameters"> & { parameters: unknown }): QueryText {
  const { title, description, sql, tags } = row;
  return { title, description, sql, tags, parameters: row.parameters as Parameter[] };
}

async function conflict(tx: Transaction, id: string, base: number, latest: number, current: QueryText) {
  const versions = await tx.queryVersion.findMany({ where: { queryId: id, number: { in: [base, latest] } } });
  const of = (number: number) => versions.find((one) => one.number === number);
  const from = of(base);
  if (!from) return invalidVersion(latest);
  const author = await tx.user.findUnique({ where: { id: of(latest)?.authorId ?? "" }, select: { name: true } });
  const who = author?.name ?? "Somebody";
  return new SluiceError(
    "conflict",
    `${who} saved version ${latest} while you worked on version ${base}. Nothing is lost: look at both, then save again on top of version ${latest}.`,
    { base: { version: base, ...textOf(from) }, current: { version: latest, author: who, ...current } },
  );
}

function invalidVersion(latest: number): SluiceError {
  const message = `This query has versions 1 to ${latest}.`;
  return invalidAt("version", message);
}
