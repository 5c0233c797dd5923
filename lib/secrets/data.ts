import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import type { SecretView } from "./schema";
import { type Use, usesOf } from "./uses";

const more = {
  team: { select: { id: true, name: true } },
  by: { select: { id: true, name: true } },
} as const;

/** Never the value. */
const shownColumns = {
  ...{ id: true, name: true, teamId: true, note: true, createdAt: true, rotatedAt: true, lastUsedAt: true },
  team: more.team,
  by: more.by,
} as const;

/** Those of the company and of one's own teams; an admin sees all. */
const within = (ctx: Context) =>
  ctx.user.role === "admin" ? {} : { OR: [{ teamId: null }, { teamId: { in: ctx.teamIds } }] };

const readRows = (where: object) =>
  db().secret.findMany({ where, select: shownColumns, orderBy: { name: "asc" }, take: 2_000 });
type Row = Awaited<ReturnType<typeof readRows>>[number];

/** A team's are its members' to change, the company's the admins'. */
export function mayChangeSecret(ctx: Context, teamId: string | null): boolean {
  if (ctx.user.role === "admin") return true;
  return ctx.user.role === "editor" && teamId !== null && ctx.teamIds.includes(teamId);
}

function viewOf(ctx: Context, row: Row, uses: Use[]): SecretView {
  const own = uses.filter(({ secret }) => secret === row.name);
  const unseen = own.filter(({ seen }) => !seen).map(({ pipeline }) => pipeline);
  return {
    ...{ name: row.name, team: row.team, note: row.note, by: row.by },
    createdAt: row.createdAt.toISOString(),
    rotatedAt: row.rotatedAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    usedBy: own.filter(({ seen }) => seen).map(({ pipeline, stage }) => ({ pipeline, stage })),
    usedElsewhere: new Set(unseen).size,
    mayChange: mayChangeSecret(ctx, row.teamId),
  };
}

/** By name, without their values. */
export async function listSecrets(ctx: Context): Promise<SecretView[]> {
  allow(ctx, "secret.read");
  const rows = await readRows(within(ctx));
  const uses = await usesOf(
    ctx,
    rows.map(({ name }) => name),
  );
  return rows.map((row) => viewOf(ctx, row, uses));
}

/** @throws SluiceError not_found, also where it is another team's */
export async function getSecret(ctx: Context, name: string): Promise<SecretView> {
  allow(ctx, "secret.read");
  const [row] = await readRows({ AND: [{ name }, within(ctx)] });
  if (!row) throw noSecret(name);
  return viewOf(ctx, row, await usesOf(ctx, [name]));
}

export const noSecret = (name: string): SluiceError =>
  new SluiceError("not_found", `There is no secret ${name.slice(0, 100)} that you may see.`);

/**
 * Names that a pipeline of this team may use, or one without a team: the company's, and then those of its owner's teams.
 * @param teams of the owner
 */
export async function usableSecrets(team: string | null, teams: string[]): Promise<string[]> {
  const rows = await db().secret.findMany({
    where: usableBy(team, teams),
    select: { name: true },
    orderBy: { name: "asc" },
    take: 2_000,
  });
  return rows.map(({ name }) => name);
}

/**
 * Which secrets a pipeline may use. Not all of its owner's teams': whoever is in the pipeline's team can change it, and
 * would so reach what another team keeps.
 */
export const usableBy = (team: string | null, teams: string[]) => ({
  OR: [{ teamId: null }, { teamId: team === null ? { in: teams } : team }],
});
