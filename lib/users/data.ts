import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { likeText } from "@/lib/platform/db/like";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import type { UserView } from "./schema";

const include = {
  memberships: { include: { team: { select: { id: true, name: true } } } },
  sessions: { select: { lastSeenAt: true }, orderBy: { lastSeenAt: "desc" }, take: 1 },
} as const;

function view(row: NonNullable<Awaited<ReturnType<typeof one>>>): UserView {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    timeZone: row.timeZone,
    disabled: row.disabledAt !== null,
    hasPassword: row.passwordHash !== null,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.sessions[0]?.lastSeenAt.toISOString() ?? null,
    service: row.serviceTeamId !== null,
    teams: row.memberships.map((membership) => membership.team),
  };
}

function one(id: string) {
  return db().user.findUnique({ where: { id }, include });
}

export async function listUsers(
  ctx: Context,
  page: { q?: string | undefined; cursor?: string | undefined; limit: number },
) {
  allow(ctx, "person.manage");
  // Prisma leaves the marks of a pattern as they are.
  const words = likeText(page.q?.trim() ?? "");
  const like = words && ({ contains: words, mode: "insensitive" } as const);
  const rows = await db().user.findMany({
    where: {
      ...(page.cursor && { id: { lt: page.cursor } }),
      ...(like && { OR: [{ name: like }, { email: like }] }),
    },
    include,
    orderBy: { id: "desc" },
    take: page.limit + 1,
  });
  const items = rows.slice(0, page.limit).map(view);
  return { items, next: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null };
}

/** Oneself, or anybody as an admin. @throws SluiceError not_found */
export async function viewUser(ctx: Context, id: string): Promise<UserView> {
  if (id !== ctx.user.id) allow(ctx, "person.manage");
  const row = await one(id);
  if (!row) throw new SluiceError("not_found", "There is no such person.");
  return view(row);
}

/** Whom to ask for a right; for everybody who is signed in. At most five. */
export async function listAdmins(): Promise<{ name: string; email: string }[]> {
  return db().user.findMany({
    where: { role: "admin", disabledAt: null },
    select: { name: true, email: true },
    orderBy: { createdAt: "asc" },
    take: 5,
  });
}
