import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { store } from "@/lib/platform/store/open";
import {
  type Adapter,
  type Backend,
  type Connection,
  type RunRequest,
  type SessionOptions,
  type Tables,
  WarehouseError,
} from "@/lib/warehouses/adapter";
import { firstWords, stripTrailingSemicolon } from "@/lib/warehouses/lexer";
import { postgresLexis } from "@/lib/warehouses/postgres/lexis";
import { TextSink } from "@/lib/warehouses/text-sink";
import { isOurs, startChild } from "./child";
import { openLakeRelay } from "./lake-relay";
import { processLoad } from "./process-load";
import { DuckDbSession } from "./session";

const sessions = new Map<string, { session: DuckDbSession; warehouseId: string }>();
const keyOf = ({ pid, start }: Backend) => `${pid} ${start}`;

function tablesOf(connection: Connection): Tables {
  if (!connection.tables) throw new Error("a connection without tables was given to DuckDB");
  return connection.tables;
}

async function acquire(connection: Connection): Promise<DuckDbSession> {
  const tables = tablesOf(connection);
  const child = await startChild(tables.schemas ?? null).catch((error: Error) => {
    logger.error({ error: error.message }, "a sandbox did not start");
    const message =
      "The process that runs SQL over results and files did not start. Try again; if it stays so, tell an admin.";
    throw new WarehouseError({ code: "connection", message });
  });
  const session = new DuckDbSession(child, tables);
  const key = keyOf(session.backend);
  sessions.set(key, { session, warehouseId: connection.warehouseId });
  void child.gone.then(() => sessions.delete(key));
  return session;
}

/** Of another worker of this machine. */
async function killed(backend: Backend, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs;
  while (isOurs(backend)) {
    if (Date.now() > until) return false;
    try {
      process.kill(backend.pid ?? 0, "SIGKILL");
    } catch {
      // It went meanwhile; or it is not for us to end, and stays in the list.
    }
    await delay(50);
  }
  return true;
}

/** Over files of ours, each statement in a process that can reach nothing else. */
export const adapter: Adapter = {
  engine: "duckdb",
  ownProcesses: true,
  acquire,

  async stop(_connection, backend, applicationName, graceMs) {
    const own = sessions.get(keyOf(backend))?.session;
    if (own) {
      if (own.applicationName !== applicationName) return true;
      await own.end();
      return true;
    }
    return killed(backend, graceMs + 2_000);
  },

  async isActive(_connection, backend, applicationName) {
    const own = sessions.get(keyOf(backend))?.session;
    return own ? own.applicationName === applicationName : isOurs(backend);
  },

  introspect: (connection) => tablesOf(connection).list(),

  async explain(connection: Connection, request: RunRequest, options: SessionOptions) {
    if (/^(analyze|explain)$/.test(firstWords(request.sql, 1, postgresLexis)[0] ?? ""))
      throw new WarehouseError({ code: "42601", message: "Only a query has a plan: begin with SELECT, FROM or WITH." });
    const session = await acquire(connection);
    try {
      await session.begin(options);
      const sink = new TextSink();
      // On the line before, so that columns in errors stay.
      const sql = `explain\n${stripTrailingSemicolon(request.sql, postgresLexis)}`;
      await session.run({ ...request, sql }, sink).catch((error: unknown) => {
        if (!(error instanceof WarehouseError) || !error.detail.line) throw error;
        throw new WarehouseError({ ...error.detail, line: error.detail.line - 1 });
      });
      return sink.cells().join("\n").trimEnd();
    } finally {
      await session.release();
    }
  },

  // There is nothing to sign in to; but the store has to be there, and a process to start.
  async test() {
    const report = { version: "DuckDB", superuser: false, warnings: [] };
    try {
      await store().check();
      const child = await startChild(null);
      child.process.kill("SIGKILL");
      return { ...report, ok: true, problem: null };
    } catch (error) {
      logger.error({ error: (error as Error).message }, "a lake cannot be used");
      const message = "Sluice’s store cannot be written, or DuckDB does not start. `sluice doctor` says more.";
      return { ...report, ok: false, problem: { field: "name", message } };
    }
  },

  async load(connection, ours = []) {
    const own = [...sessions.values()].filter(({ warehouseId }) => warehouseId === connection.warehouseId);
    const backends = new Map(own.map(({ session }) => [session.backend.start, session.backend]));
    // Of other workers on this machine.
    for (const backend of ours) if (isOurs(backend)) backends.set(backend.start, backend);
    return processLoad([...backends.values()]);
  },

  async relay(connection, request) {
    const { lake } = connection;
    // Rows drawn from somebody's results close with them (decision 0015), and an artifact would not.
    if (!lake)
      throw new SluiceError(
        "invalid",
        "Stages do not read results and files of a person: name a table of a warehouse.",
      );
    return openLakeRelay(lake, request, () => acquire(connection));
  },

  async endRelayed(_connection, backend, withinMs) {
    await sessions.get(keyOf(backend))?.session.end();
    return killed(backend, withinMs);
  },

  // Nobody else has sessions there.
  foreignSessions: async () => [],
  endForeign: async () => "gone",

  async close(warehouseId) {
    const own = [...sessions.values()].filter((one) => warehouseId === undefined || one.warehouseId === warehouseId);
    await Promise.all(own.map(({ session }) => session.end()));
  },
};
