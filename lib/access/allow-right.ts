import { sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt } from "@/lib/platform/errors";
import { audit } from "./audit";
import type { Context } from "./context";
import { allow } from "./policy";
import type { RightRequest, RightView } from "./schema";

/** Who is allowed what: roles first, then teams and people by name. */
export async function listRights(ctx: Context): Promise<{ items: RightView[]; next: null }> {
  allow(ctx, "right.manage");
  const rows = await sql<Omit<RightView, "at"> & { at: Date }>(
    "rights",
    `select r.name as right, r.scope, r.scope_id as id, ${nameSql} as name, r.at,
       case when b.id is null then null else jsonb_build_object('id', b.id, 'name', b.name) end as by
     from rights r left join users u on r.scope = 'person' and u.id = r.scope_id
       left join teams t on r.scope = 'team' and t.id = r.scope_id left join users b on b.id = r.by_id
     where ${nameSql} is not null
     order by r.name, array_position(array['role', 'team', 'person'], r.scope), 4, 3`,
    [],
  );
  return { items: rows.map((row) => ({ ...row, at: row.at.toISOString() })), next: null };
}

/** Null for a team that is gone. */
const nameSql = "case r.scope when 'role' then r.scope_id when 'team' then t.name else u.name end";

/** Allows something to a role, team or person, or takes it back; felt with the next request. @throws SluiceError invalid */
export async function allowRight(ctx: Context, asked: RightRequest): Promise<{ items: RightView[]; next: null }> {
  allow(ctx, "right.manage");
  const { right: name, scope, id: scopeId, allowed } = asked;
  await db().$transaction(async (tx) => {
    const found =
      scope === "role"
        ? ["viewer", "editor", "admin"].includes(scopeId)
        : scope === "team"
          ? await tx.team.findUnique({ where: { id: scopeId }, select: { id: true } })
          : await tx.user.findUnique({ where: { id: scopeId }, select: { id: true } });
    if (!found) throw invalidAt("id", `There is no such ${scope}.`);
    const key = { name, scope, scopeId };
    if (allowed) {
      const row = { ...key, byId: ctx.user.id };
      await tx.right.upsert({ where: { name_scope_scopeId: key }, create: row, update: {} });
    } else await tx.right.deleteMany({ where: key });
    const object = scope === "role" ? `role:${scopeId}` : `${scope === "team" ? "team" : "user"}:${scopeId}`;
    await audit(tx, ctx, allowed ? "right.allow" : "right.take", object, { right: name });
  });
  return listRights(ctx);
}
