import { connectionFor } from "@/lib/connections/connection";
import { sql } from "@/lib/platform/db/pool";
import { type Adapter, type Backend, type Connection, type EngineLoad, WarehouseError } from "@/lib/warehouses/adapter";
import { adapterFor } from "@/lib/warehouses/registry";

/** Longer than the control door itself waits (lib/warehouses/postgres/control.ts), so that its own words are heard. */
const answerWithinMs = 5_000;

interface ControlReader {
  id: string;
  engine: string;
}

/** Who asks a warehouse about itself; null: it has no reader yet. */
export async function controlReader(warehouseId: string): Promise<ControlReader | null> {
  const [reader] = await sql<ControlReader>(
    "control_reader",
    `select r.id, w.engine from warehouse_roles r join warehouses w on w.id = r.warehouse_id
     where r.warehouse_id = $1 and r.kind = 'reader' order by r.id limit 1`,
    [warehouseId],
  );
  return reader ?? null;
}

/** Through the door that is open also while the warehouse is paused. @throws WarehouseError */
export async function askControl<Answer>(
  reader: string,
  ask: (adapter: Adapter, connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  const connection = await connectionFor(reader);
  return ask(await adapterFor(connection.engine), connection);
}

/** What the warehouse says of its own load. @throws WarehouseError, `timeout` after 5 s */
export async function askLoad(reader: string, ours?: Backend[]): Promise<EngineLoad> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new WarehouseError({ code: "timeout", message: "The warehouse did not answer within 5 s." })),
    answerWithinMs,
  );
  const asked = askControl(reader, (adapter, connection) => adapter.load(connection, ours));
  return Promise.race([asked, late.promise]).finally(() => clearTimeout(timer));
}
