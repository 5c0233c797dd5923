import { ExpiringCache } from "@/lib/access/expiring-cache";
import { lakeOf } from "@/lib/lake/catalogue";
import { lakeTables } from "@/lib/lake/tables";
import { decrypt, sha256 } from "@/lib/platform/crypto";
import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { tablesFor } from "@/lib/tables/tables";
import type { Connection } from "@/lib/warehouses/adapter";

interface Row {
  warehouse_id: string;
  engine: string;
  config: unknown;
  username: string;
  secret: string;
  user_id: string | null;
}

// Changed settings are felt within a second by every process.
const cache = new ExpiringCache<Connection>(1_000);

export function forgetConnections(): void {
  cache.clear();
}

/** DuckDB holds no data: it reads what one person may open, or the tables of a lake. */
function filesOf({ engine, user_id, warehouse_id }: Row): Pick<Connection, "tables" | "lake"> {
  if (user_id) return { tables: tablesFor(user_id) };
  return engine === "duckdb" ? { tables: lakeTables(warehouse_id), lake: lakeOf(warehouse_id) } : {};
}

/** What signs in as this role, its password opened. @throws SluiceError not_found */
export async function connectionFor(roleId: string): Promise<Connection> {
  const known = cache.get(roleId);
  if (known) return known;
  const [row] = await sql<Row>(
    "connection",
    `select r.warehouse_id, w.engine, w.config, r.username, r.secret, r.user_id
     from warehouse_roles r join warehouses w on w.id = r.warehouse_id where r.id = $1`,
    [roleId],
  );
  if (!row) throw new SluiceError("not_found", "This warehouse no longer has the reader that was asked for.");
  const connection: Connection = {
    warehouseId: row.warehouse_id,
    roleId,
    engine: row.engine,
    config: row.config,
    username: row.username,
    password: decrypt(row.secret, roleId),
    // Not the row's time of change: a new number of slots is no reason to drop sessions.
    revision: sha256(JSON.stringify([row.config, row.username, row.secret])),
    ...filesOf(row),
  };
  cache.set(roleId, connection);
  return connection;
}
