import type { Adapter, Backend, Connection, RunRequest, Session, SessionOptions } from "@/lib/warehouses/adapter";
import { WarehouseError } from "@/lib/warehouses/adapter";
import { TextSink } from "@/lib/warehouses/text-sink";
import { endForeign, foreignSessions, load } from "./activity";
import { ControlDoor, isActive, stop } from "./control";
import type { Dialect } from "./dialect";
import { isExplainable } from "./dialect";
import { estimate } from "./estimate";
import { introspect } from "./introspect";
import { SessionPool } from "./pool";
import { endBackend } from "./relay/end";
import { openPostgresRelay } from "./relay/relay";
import { testConnection } from "./test-connection";

/** The two doors of one engine: the pool for work, the reserved connection for control. */
export function createAdapter(dialect: Dialect): Adapter {
  const pool = new SessionPool(dialect);
  const door = new ControlDoor();
  const own = (connection: Connection, backend: Backend) =>
    pool.find(connection.roleId, backend.pid ?? 0, backend.start);

  async function withSession<T>(
    connection: Connection,
    options: SessionOptions,
    use: (session: Session) => Promise<T>,
  ) {
    const session = await pool.acquire(connection);
    try {
      await session.begin(options);
      return await use(session);
    } finally {
      await session.release();
    }
  }

  return {
    engine: dialect.engine,
    acquire: (connection) => pool.acquire(connection),
    stop: (connection, backend, name, graceMs) =>
      stop(door, connection, backend, name, graceMs, own(connection, backend)),
    isActive: (connection, backend, name) => isActive(door, connection, backend, name, own(connection, backend)),
    introspect: (connection) =>
      withSession(
        connection,
        { applicationName: "sluice introspect", timeZone: "UTC", statementTimeoutMs: 60_000, lockTimeoutMs: 5000 },
        introspect,
      ),
    explain: (connection, request, options) => withSession(connection, options, (session) => explain(session, request)),
    ...(dialect.copies
      ? {
          estimate: (connection: Connection, request: RunRequest, options: SessionOptions) =>
            withSession(connection, options, (session) => estimate(session, request)),
        }
      : {}),
    test: testConnection,
    load: (connection) => load(door, connection, dialect),
    foreignSessions: (connection) => foreignSessions(door, connection, dialect),
    endForeign: (connection, id) => endForeign(door, connection, dialect, id),
    relay: (connection, request) => openPostgresRelay(door, connection, dialect, request),
    endRelayed: (connection, backend, withinMs) => endBackend(door, connection, dialect, backend, withinMs),
    async close(warehouseId) {
      door.close(warehouseId);
      await pool.close(warehouseId);
    },
  };
}

async function explain(session: Session, request: RunRequest): Promise<string> {
  if (!isExplainable(request.sql)) {
    throw new WarehouseError({ code: "42601", message: "Only a query has a plan: begin with SELECT, WITH or VALUES." });
  }
  const sink = new TextSink();
  // A line before the person's own text, so that columns in errors stay and only the line moves.
  try {
    await session.run({ ...request, sql: `explain\n${request.sql}` }, sink);
  } catch (error) {
    if (!(error instanceof WarehouseError) || !error.detail.line) throw error;
    throw new WarehouseError({ ...error.detail, line: error.detail.line - 1 });
  }
  return sink.cells().join("\n");
}
