import pg from "pg";
import { env } from "../env";
import { logger } from "../logger";
import { withoutSubject } from "../subject";

const holder = globalThis as typeof globalThis & { sluicePool?: pg.Pool };

// bigint counts fit in a double up to 2^53; timestamps stay text in raw SQL so that no microsecond is lost.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid as never, format as never),
} as pg.CustomTypesConfig;

/** The process's connections to Sluice's own database, for hot paths in raw SQL. Prisma uses the same pool. */
export function pool(): pg.Pool {
  if (!holder.sluicePool) {
    holder.sluicePool = new pg.Pool({
      connectionString: env().DATABASE_URL,
      max: env().DATABASE_POOL,
      // What a connection has prepared is lost with it.
      idleTimeoutMillis: 300_000,
      types,
      keepAlive: true,
      // A server that says nothing at all must not hold a request for ever.
      connectionTimeoutMillis: 10_000,
      query_timeout: 60_000,
      application_name: "sluice",
      // Prisma writes moments without a zone and reads them without looking at it: both as UTC, whatever the server's is.
      // A machine that vanishes must not keep what its transaction has locked.
      onConnect: (client) => client.query("set time zone 'UTC'; set idle_in_transaction_session_timeout = '30s'"),
    });
    holder.sluicePool.on("error", (error) =>
      withoutSubject(() => logger.warn({ error: error.message }, "database connection lost")),
    );
  }
  return holder.sluicePool;
}

/**
 * Returns once everything that this process has seen committed is on disk, also what committed without waiting for
 * it (prisma/functions/gate.sql). A transaction of its own, since a commit waits for all that came before.
 */
export async function durable(): Promise<void> {
  await sql("durable", "select pg_logical_emit_message(true, 'sluice', '')", []);
}

/** One prepared statement, by name: parsed once a connection. */
export async function sql<Row extends pg.QueryResultRow>(
  name: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  return (await pool().query<Row>({ name, text, values })).rows;
}
