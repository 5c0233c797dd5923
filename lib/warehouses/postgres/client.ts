import { connect as connectSocket } from "node:net";
import pg from "pg";
import type { Backend, Connection } from "@/lib/warehouses/adapter";
import { configSchema, type PostgresConfig } from "./config";
import { connectError } from "./errors";

export interface Connected {
  client: pg.Client;
  backend: Backend;
  /** 150004 */
  version: number;
}

const textOnly = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

function tlsOptions(mode: PostgresConfig["tls"]): pg.ClientConfig["ssl"] {
  if (mode === "disable") return false;
  // As in libpq, prefer and require encrypt without checking who answers; verify-full checks chain and name.
  return { rejectUnauthorized: mode === "verify-full" };
}

function newClient(connection: Connection, config: PostgresConfig, name: string, options?: string, tls = config.tls) {
  return new pg.Client({
    host: config.host,
    port: config.port,
    database: config.database,
    user: connection.username,
    password: connection.password,
    ssl: tlsOptions(tls),
    application_name: name,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: textOnly,
    ...(options ? { options } : {}),
  });
}

async function signIn(
  connection: Connection,
  config: PostgresConfig,
  name: string,
  options?: string,
  watch?: (client: pg.Client) => void,
): Promise<pg.Client> {
  const open = async (tls: PostgresConfig["tls"]) => {
    const client = newClient(connection, config, name, options, tls);
    watch?.(client);
    // Losses reach whoever is waiting on the client; without a listener they would end the process.
    client.on("error", () => {});
    await client.connect();
    return client;
  };
  if (config.tls !== "prefer") return open(config.tls);
  try {
    return await open("require");
  } catch (error) {
    const message = (error as Error).message;
    if (!/does not support SSL|SSL encryption|SSL on/.test(message)) throw error;
    return open("disable");
  }
}

// pg_stat_activity may be revoked from readers; then the start of the backend is not to be had, and the pid must do.
const identity = `select pid::text, backend_start::text, current_setting('server_version_num')
  from pg_catalog.pg_stat_activity where pid = pg_catalog.pg_backend_pid()`;
const identityWithoutView = "select pg_catalog.pg_backend_pid()::text, '', current_setting('server_version_num')";

/**
 * @param watch sees a client before it signs in; of several tries the last is the one that is given back
 * @throws WarehouseError `connection`, with the sentence that helps; its cause is the driver's own error
 */
export async function connect(
  connection: Connection,
  name: string,
  options?: string,
  watch?: (client: pg.Client) => void,
): Promise<Connected> {
  const config = configSchema.parse(connection.config);
  let client: pg.Client | null = null;
  try {
    client = await signIn(connection, config, name, options, watch);
    const read = async (text: string) =>
      (await (client as pg.Client).query<string[]>({ text, rowMode: "array" })).rows[0];
    const row = await read(identity).catch((error: { code?: string }) => {
      if (error.code !== "42501") throw error;
      return read(identityWithoutView);
    });
    return {
      client,
      backend: { pid: Number(row?.[0] ?? 0), start: row?.[1] ?? "" },
      version: Number(row?.[2] ?? 0),
    };
  } catch (error) {
    client?.end().catch(() => {});
    throw connectError(error, config, connection.username);
  }
}

/**
 * The protocol's own cancel: needs no function that may be revoked, only the key that this process was given.
 * Resolves when the server has passed it on.
 */
export function cancelRequest(client: pg.Client): Promise<void> {
  const { processID, secretKey, host, port } = client as pg.Client & { processID: number; secretKey: number };
  const packet = Buffer.alloc(16);
  packet.writeInt32BE(16, 0);
  packet.writeInt32BE(80_877_102, 4);
  packet.writeInt32BE(processID, 8);
  packet.writeInt32BE(secretKey, 12);
  return new Promise((resolve) => {
    const socket = host.startsWith("/") ? connectSocket(`${host}/.s.PGSQL.${port}`) : connectSocket({ host, port });
    socket.setTimeout(2000, () => socket.destroy());
    socket.on("connect", () => socket.end(packet));
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.resume();
  });
}
