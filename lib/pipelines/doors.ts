import type { Context } from "@/lib/access/context";
import { readerFor } from "@/lib/access/reader";
import { personNow } from "@/lib/access/shares";
import type { Manifest } from "@/lib/operators/schema";
import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import type { Stage } from "./schema";

/** A warehouse at whose gate a stage stands, once whatever it does there, and the roles that it signs in with. */
export interface Door {
  warehouse: string;
  /** That of its row of work: the writer where it has one. */
  role: string;
  roles: { reader?: string; writer?: string };
}

/**
 * As whom a pipeline reaches warehouses, whoever starts it: its owner, with the grants of the team that owns it.
 * @throws SluiceError forbidden where the owner's account was closed
 */
export async function pipelineActor(ownerId: string, teamId: string | null): Promise<Context> {
  const owner = await personNow(ownerId);
  if (!owner)
    throw new SluiceError("forbidden", "The account of the pipeline's owner was closed. Give it another owner.");
  return teamId === null || owner.teamIds.includes(teamId) ? owner : { ...owner, teamIds: [...owner.teamIds, teamId] };
}

/**
 * As whom its stages reach warehouses. A team's pipeline reaches what that team was granted and nothing else that its owner
 * may: others of the team change it, and would read with the owner's other readers. A version that an admin wrote reaches,
 * where an admin owns it, what admins reach.
 */
export async function reachingActor(ownerId: string, teamId: string | null, byAdmin: boolean): Promise<Context> {
  const owner = await pipelineActor(ownerId, teamId);
  if (teamId === null) return owner;
  const role = owner.user.role === "admin" && !byAdmin ? "editor" : owner.user.role;
  return { ...owner, user: { ...owner.user, role }, teamIds: [teamId] };
}

/**
 * @param dry nothing is written: it signs in as a reader only
 * @throws SluiceError not_found where the actor may not use a warehouse, invalid where it has no writer
 */
export async function doorsOf(actor: Context, stage: Stage, manifest: Manifest, dry = false): Promise<Door[]> {
  const doors = new Map<string, Door>();
  for (const { parameter, role: wanted } of manifest.connections) {
    const role = dry ? "reader" : wanted;
    const name = stage.params?.[parameter];
    if (typeof name !== "string" || name === "") continue;
    const { warehouse, readerId } = await readerFor(actor, name);
    const roleId = role === "reader" ? readerId : await writerOf(warehouse.id, warehouse.name);
    const door = doors.get(warehouse.id) ?? { warehouse: warehouse.id, role: roleId, roles: {} };
    door.roles[role] = roleId;
    door.role = door.roles.writer ?? roleId;
    doors.set(warehouse.id, door);
  }
  return [...doors.values()];
}

async function writerOf(warehouse: string, name: string): Promise<string> {
  const [row] = await sql<{ id: string }>(
    "writer-of",
    "select id from warehouse_roles where warehouse_id = $1 and kind = 'writer' order by id limit 1",
    [warehouse],
  );
  if (row) return row.id;
  throw new SluiceError("invalid", `The warehouse ${name} has no writer. Ask an admin to give it one.`);
}
