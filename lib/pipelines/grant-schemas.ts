import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import type { SchemaGrants } from "./schema";

/** Where teams' pipelines may write in a warehouse. */
export async function listSchemaGrants(ctx: Context, warehouse: string): Promise<SchemaGrants> {
  allow(ctx, "warehouse.manage");
  const { id } = await warehouseFor(warehouse);
  const rows = await db().schemaGrant.findMany({
    where: { warehouseId: id },
    include: { team: { select: { id: true, name: true } } },
    orderBy: [{ schema: "asc" }, { teamId: "asc" }],
  });
  return { grants: rows.map(({ team, schema, scratch }) => ({ team, schema, scratch })) };
}

/** Makes these the grants that there are; teams by id or name. @throws SluiceError invalid for a team that is none */
export async function grantSchemas(
  ctx: Context,
  warehouse: string,
  grants: { team: string; schema: string; scratch?: boolean }[],
): Promise<SchemaGrants> {
  allow(ctx, "warehouse.manage");
  const { id, name } = await warehouseFor(warehouse);
  await db().$transaction(async (tx) => {
    await holdGrants(tx, id);
    const asked = grants.map(({ team }) => team);
    const teams = await tx.team.findMany({ where: { OR: [{ id: { in: asked } }, { name: { in: asked } }] } });
    const data = grants.map(({ team, schema, scratch = false }, at) => {
      const found = teams.find((one) => one.id === team || one.name === team);
      if (!found) throw invalidAt(`grants.${at}.team`, `There is no team ${team}.`);
      return { teamId: found.id, warehouseId: id, schema, scratch, byId: ctx.user.id };
    });
    const twice = data.findIndex(
      (one, at) => one.scratch && data.slice(0, at).some((other) => other.scratch && other.teamId === one.teamId),
    );
    if (twice >= 0)
      throw invalidAt(`grants.${twice}.scratch`, "A team saves its tables in one schema of a warehouse: choose one.");
    await tx.schemaGrant.deleteMany({ where: { warehouseId: id } });
    await tx.schemaGrant.createMany({ data, skipDuplicates: true });
    await audit(tx, ctx, "warehouse.schemas", `warehouse:${id}`, { name, grants });
  });
  return listSchemaGrants(ctx, id);
}

/** A team, by id or name, and one of the schemas in which it may write. */
interface One {
  team: string;
  schema: string;
}

/**
 * Lets a team write in one more schema; the other grants stay, also those that somebody makes meanwhile. `scratch` says
 * whether its members save tables there, which moves it from where they did; left out, that stays as it is.
 * @throws SluiceError not_found for a team that is none
 */
export async function grantSchema(
  ctx: Context,
  warehouse: string,
  { team, schema }: One,
  scratch?: boolean,
): Promise<SchemaGrants> {
  allow(ctx, "warehouse.manage");
  const { id: warehouseId, name } = await warehouseFor(warehouse);
  await db().$transaction(async (tx) => {
    await holdGrants(tx, warehouseId);
    const teamId = await teamOf(tx, team);
    const key = { teamId, warehouseId, schema };
    const before = await tx.schemaGrant.findUnique({ where: { teamId_warehouseId_schema: key } });
    if (before && (scratch ?? before.scratch) === before.scratch) return;
    if (scratch) await tx.schemaGrant.updateMany({ where: { teamId, warehouseId }, data: { scratch: false } });
    await tx.schemaGrant.upsert({
      where: { teamId_warehouseId_schema: key },
      create: { ...key, scratch: scratch ?? false, byId: ctx.user.id },
      update: { scratch: scratch ?? false, byId: ctx.user.id },
    });
    const detail = { name, team: teamId, schema, scratch: scratch ?? false };
    await audit(tx, ctx, "warehouse.grant-schema", `warehouse:${warehouseId}`, detail);
  });
  return listSchemaGrants(ctx, warehouseId);
}

/** Takes one schema from a team; where it has it not, nothing changes. @throws SluiceError not_found for a team that is none */
export async function revokeSchema(ctx: Context, warehouse: string, { team, schema }: One): Promise<SchemaGrants> {
  allow(ctx, "warehouse.manage");
  const { id: warehouseId, name } = await warehouseFor(warehouse);
  await db().$transaction(async (tx) => {
    await holdGrants(tx, warehouseId);
    const teamId = await teamOf(tx, team);
    const { count } = await tx.schemaGrant.deleteMany({ where: { teamId, warehouseId, schema } });
    const detail = { name, team: teamId, schema };
    if (count > 0) await audit(tx, ctx, "warehouse.revoke-schema", `warehouse:${warehouseId}`, detail);
  });
  return listSchemaGrants(ctx, warehouseId);
}

/** One at a time: whoever comes second finds what the first has written, and a team has one scratch schema. */
async function holdGrants(tx: Transaction, warehouseId: string): Promise<void> {
  await tx.$queryRaw`select 1 from warehouses where id = ${warehouseId} for no key update`;
}

/** By id or name; held, so that nobody deletes it before the grant is written. */
async function teamOf(tx: Transaction, team: string): Promise<string> {
  const [found] = await tx.$queryRaw<{ id: string }[]>`
    select id from teams where id = ${team} or name = ${team} order by id <> ${team} limit 1 for key share`;
  if (!found) throw new SluiceError("not_found", `There is no team ${team}.`);
  return found.id;
}
