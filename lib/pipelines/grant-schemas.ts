import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt } from "@/lib/platform/errors";
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
