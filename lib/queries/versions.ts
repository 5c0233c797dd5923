import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { queryFor } from "./row";
import type { Parameter, QueryVersionView } from "./schema";

/** Every version, newest first. @throws SluiceError not_found */
export async function listVersions(ctx: Context, id: string): Promise<QueryVersionView[]> {
  allow(ctx, "query.read");
  const query = await queryFor(ctx, id);
  const versions = await db().queryVersion.findMany({
    where: { queryId: query.id },
    orderBy: { number: "desc" },
    take: 1_000,
  });
  const authors = await db().user.findMany({
    where: { id: { in: [...new Set(versions.map(({ authorId }) => authorId))] } },
    select: { id: true, name: true },
  });
  const names = new Map(authors.map((author) => [author.id, author.name]));
  return versions.map(({ queryId: _, authorId, createdAt, parameters, ...rest }) => ({
    ...rest,
    parameters: parameters as Parameter[],
    author: { id: authorId, name: names.get(authorId) ?? "Somebody" },
    createdAt: createdAt.toISOString(),
    verified: query.verified_version === rest.number,
  }));
}

/** @throws SluiceError not_found */
export async function versionOf(queryId: string, number: number): Promise<{ sql: string; parameters: Parameter[] }> {
  const found = await db().queryVersion.findUnique({ where: { queryId_number: { queryId, number } } });
  if (!found) throw new SluiceError("not_found", `This query has no version ${number}.`);
  return { sql: found.sql, parameters: found.parameters as Parameter[] };
}
