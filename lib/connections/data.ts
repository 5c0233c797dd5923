import type { Context } from "@/lib/access/context";
import { readerFor, warehouseFor, warehousesOf } from "@/lib/access/reader";
import { db } from "@/lib/platform/db/prisma";
import type { WarehouseView } from "./schema";

const include = {
  roles: { orderBy: { id: "asc" as const } },
  grants: { include: { team: { select: { name: true } } } },
};
type Row = NonNullable<Awaited<ReturnType<typeof one>>>;

function one(id: string) {
  return db().warehouse.findUnique({ where: { id }, include });
}

/** Never holds a secret: those are written only. */
function view(ctx: Context, row: Row): WarehouseView {
  const roles = row.roles.map((role) => ({ id: role.id, name: role.name, user: role.username, kind: role.kind }));
  const bare = ({ id, name, user }: (typeof roles)[number]) => ({ id, name, user });
  const writer = roles.find((role) => role.kind === "writer");
  return {
    id: row.id,
    name: row.name,
    engine: row.engine,
    personal: row.personal,
    paused: row.paused,
    pauseReason: row.pauseReason,
    openToCompany: row.openToCompany,
    statementTimeout: row.statementTimeout,
    retentionDays: row.retentionDays,
    admin:
      ctx.user.role === "admin"
        ? {
            config: row.config as Record<string, unknown>,
            slots: row.slots,
            perUser: row.perUser,
            unwatchedMinutes: row.unwatchedMinutes,
            readers: row.personal ? [] : roles.filter((role) => role.kind === "reader").map(bare),
            writer: writer ? bare(writer) : null,
            grants: row.grants.map((grant) => ({
              teamId: grant.teamId,
              team: grant.team.name,
              readerId: grant.readerId,
            })),
            createdAt: row.createdAt.toISOString(),
            updatedAt: row.updatedAt.toISOString(),
          }
        : null,
  };
}

export async function listWarehouses(ctx: Context): Promise<WarehouseView[]> {
  const rows = await db().warehouse.findMany({
    where: { id: { in: await warehousesOf(ctx) } },
    include,
    orderBy: [{ personal: "asc" }, { name: "asc" }],
  });
  return rows.map((row) => view(ctx, row));
}

/** By id or name. @throws SluiceError not_found, also without a grant; admins see those without a reader too. */
export async function viewWarehouse(ctx: Context, id: string): Promise<WarehouseView> {
  const warehouse = ctx.user.role === "admin" ? await warehouseFor(id) : (await readerFor(ctx, id)).warehouse;
  const row = await one(warehouse.id);
  return view(ctx, row as Row);
}
