import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { forgetTokens } from "@/lib/access/tokens";
import { sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { feel } from "./feel";
import { type LimitRequest, type LimitScope, type LimitsQuery, type LimitView, limitNames } from "./schema";

/** All limits that are set, or those of one scope; the company's first. A warehouse's slots are its gate's. */
export async function listLimits(ctx: Context, query: LimitsQuery): Promise<{ items: LimitView[]; next: null }> {
  allow(ctx, "load.read");
  const rows = await sql<Omit<LimitView, "at"> & { at: Date }>(
    "limits",
    `select l.scope, nullif(l.scope_id, '') as id, sluice_scope_title(l.scope, l.scope_id) as title, l.name, l.value, l.at,
       case when u.id is null then null else jsonb_build_object('id', u.id, 'name', u.name) end as by
     from limits l left join users u on u.id = l.by_id
     where ($1::text is null or l.scope = $1) and ($2::text is null or l.scope_id = $2)
     order by array_position(array['company', 'warehouse', 'team', 'person', 'token'], l.scope), title, l.name`,
    [query.scope ?? null, query.id ?? null],
  );
  return { items: rows.map((row) => ({ ...row, at: row.at.toISOString() })), next: null };
}

/**
 * The row that a request names; with `gates` also a warehouse's slots (`running`) and slots per person, which are its
 * gate's. @throws SluiceError invalid, not_found
 */
export async function limitTarget(
  asked: Pick<LimitRequest, "scope" | "id" | "name">,
  gates = false,
): Promise<{ scopeId: string }> {
  const own = gates && (asked.name === "running" || asked.name === "runningPerPerson");
  const scopes: readonly LimitScope[] = [...limitNames[asked.name], ...(own ? (["warehouse"] as const) : [])];
  if (!scopes.includes(asked.scope)) {
    throw invalidAt("name", `A ${asked.scope} has no limit ${asked.name}. It is there for: ${scopes.join(", ")}.`);
  }
  if (asked.scope === "company") {
    if (asked.id !== undefined) throw invalidAt("id", "The company needs no id. Leave it out.");
    return { scopeId: "" };
  }
  if (asked.id === undefined) throw invalidAt("id", `Say which ${asked.scope} is meant.`);
  if (asked.scope === "warehouse") return { scopeId: (await warehouseFor(asked.id)).id };
  const [row] = await sql<{ title: string | null }>("scope_title", "select sluice_scope_title($1, $2) as title", [
    asked.scope,
    asked.id,
  ]);
  if (row?.title == null) throw new SluiceError("not_found", `There is no such ${asked.scope}.`);
  return { scopeId: asked.id };
}

/** Sets one limit, or takes it away (value null); felt at once by all that waits, and by what starts from now on. */
export async function setLimit(ctx: Context, asked: LimitRequest): Promise<{ items: LimitView[]; next: null }> {
  allow(ctx, "gate.write");
  const { scope, name, value } = asked;
  const { scopeId } = await limitTarget(asked);
  await db().$transaction(async (tx) => {
    const key = { scope, scopeId, name };
    if (value === null) await tx.limit.deleteMany({ where: key });
    else {
      const set = { value: BigInt(value), at: new Date(), byId: ctx.user.id };
      await tx.limit.upsert({ where: { scope_scopeId_name: key }, create: { ...key, ...set }, update: set });
    }
    const kind = scope === "person" ? "user" : scope;
    await audit(tx, ctx, "limit.set", scopeId ? `${kind}:${scopeId}` : "company", { name, value });
  });
  if (name === "requestsPerMinute") forgetTokens();
  await feel(scope === "warehouse" ? scopeId : null);
  return listLimits(ctx, { scope, ...(scopeId ? { id: scopeId } : {}) });
}
