import { setTimeout as delay } from "node:timers/promises";
import { type Backend, type Connection, WarehouseError } from "@/lib/warehouses/adapter";
import type { ControlDoor } from "../control";
import type { Dialect } from "../dialect";

// A backend of a relay serves that relay all its life: pid and start name it, whatever its SQL calls itself.
const terminate = `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
  where pid = $1 and backend_start::text = $2`;
// Where the view is revoked: what a backend does, or holds open, shows by the virtual transaction that it holds.
const transacting = "select 1 from pg_catalog.pg_locks where pid = $1 and locktype = 'virtualxid'";

async function isThere(door: ControlDoor, connection: Connection, dialect: Dialect, { pid, start }: Backend) {
  const values = [pid ?? 0, start];
  if (start !== "") {
    try {
      return (await door.ask(connection, dialect.activity.standing, values)).length > 0;
    } catch (error) {
      if (!(error instanceof WarehouseError) || error.detail.code !== "42501") throw error;
    }
  }
  return (await door.ask(connection, transacting, values.slice(0, 1))).length > 0;
}

/**
 * Terminates and looks, until the backend is no longer there. The right to terminate may be taken from the role; the
 * socket of a relay is closed already then, and the server looks for that each second.
 */
export async function endBackend(
  door: ControlDoor,
  connection: Connection,
  dialect: Dialect,
  backend: Backend,
  withinMs: number,
): Promise<boolean> {
  const until = Date.now() + withinMs;
  const look = async () => {
    if (!(await isThere(door, connection, dialect, backend))) return true;
    await door.ask(connection, terminate, [backend.pid ?? 0, backend.start]).catch(() => []);
    return false;
  };
  for (let wait = 10; ; wait = Math.min(wait * 2, 200)) {
    const left = until - Date.now();
    if (left <= 0) return false;
    // One that hangs must not keep its asker longer than was promised.
    const gone = await Promise.race([look().catch(() => false), delay(left, false)]);
    if (gone) return true;
    await delay(Math.min(wait, Math.max(0, until - Date.now())));
  }
}
