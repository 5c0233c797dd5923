import {
  type Adapter,
  type Connection,
  type RunRequest,
  type SessionOptions,
  WarehouseError,
} from "@/lib/warehouses/adapter";
import { firstWords } from "@/lib/warehouses/lexer";
import { TextSink } from "@/lib/warehouses/text-sink";
import { ask, connect } from "./client";
import { ControlDoor, endBackend, endForeign, foreignSessions, isActive, killQuery, load, stop } from "./control";
import { statementError } from "./errors";
import { introspect } from "./introspect";
import { mysqlLexis } from "./lexis";
import { openMysqlRelay } from "./relay/relay";
import { MysqlSession } from "./session";
import { testConnection } from "./test-connection";

/** Only what reads: no operator writes to MySQL. */
export function createAdapter(): Adapter {
  const door = new ControlDoor();

  async function acquire(connection: Connection): Promise<MysqlSession> {
    const connected = await connect(connection, "sluice");
    return new MysqlSession(connected, () => killQuery(door, connection, connected.backend));
  }

  async function explain(connection: Connection, request: RunRequest, options: SessionOptions): Promise<string> {
    const [first] = firstWords(request.sql, 1, mysqlLexis);
    if (!["select", "with", "values", "table"].includes(first ?? ""))
      throw new WarehouseError({ code: "42000", message: "Only a query has a plan: begin with SELECT or WITH." });
    const session = await acquire(connection);
    try {
      await session.begin(options);
      const sink = new TextSink();
      // A line before the person's own text, so that columns in errors stay and only the line moves.
      await session.run({ ...request, sql: `explain format=json\n${request.sql}` }, sink);
      return sink.cells().join("\n");
    } catch (error) {
      if (!(error instanceof WarehouseError) || !error.detail.line) throw error;
      throw new WarehouseError({ ...error.detail, line: error.detail.line - 1 });
    } finally {
      await session.release();
    }
  }

  return {
    engine: "mysql",
    acquire,
    stop: (connection, backend, _name, graceMs) => stop(door, connection, backend, graceMs),
    isActive: (connection, backend) => isActive(door, connection, backend),
    async introspect(connection) {
      const { client } = await connect(connection, "sluice introspect");
      try {
        return await introspect((sql) => ask(client, sql));
      } catch (error) {
        throw statementError(error, "");
      } finally {
        client.destroy();
      }
    },
    explain,
    test: testConnection,
    load: (connection) => load(door, connection),
    foreignSessions: (connection) => foreignSessions(door, connection),
    endForeign: (connection, id) => endForeign(door, connection, id),
    relay: (connection, request) => openMysqlRelay(door, connection, request),
    endRelayed: (connection, backend, withinMs) => endBackend(door, connection, backend, withinMs),
    close: async (warehouseId) => door.close(warehouseId),
  };
}
