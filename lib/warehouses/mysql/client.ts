import mysql from "mysql2";
import type { Backend, Connection } from "@/lib/warehouses/adapter";
import { configSchema, type MysqlConfig } from "./config";
import { connectError } from "./errors";

export interface Connected {
  client: mysql.Connection;
  backend: Backend;
  /** `10.11.19-MariaDB` */
  version: string;
}

export type Row = (string | null)[];

/** What encrypts; false for none. As PostgreSQL's modes: prefer and require encrypt without checking who answers. */
export function tlsOptions(mode: MysqlConfig["tls"]) {
  if (mode === "disable") return false;
  const verify = mode === "verify-full";
  return { rejectUnauthorized: verify, verifyIdentity: verify };
}

function signIn(
  connection: Connection,
  config: MysqlConfig,
  name: string,
  tls: MysqlConfig["tls"],
): Promise<mysql.Connection> {
  const ssl = tlsOptions(tls);
  const client = mysql.createConnection({
    host: config.host,
    port: config.port,
    database: config.database,
    user: connection.username,
    password: connection.password,
    ...(ssl ? { ssl } : {}),
    connectTimeout: 10_000,
    charset: "utf8mb4_unicode_ci",
    // A server may not ask this machine for its files.
    flags: ["-LOCAL_FILES"],
    connectAttributes: { program_name: name },
    rowsAsArray: true,
    // The server's own bytes of each cell.
    typeCast: (field) => field.buffer(),
  });
  // Losses reach whoever is waiting on the client; without a listener they would end the process.
  client.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    client.connect((error) => {
      if (!error) return resolve(client);
      client.destroy();
      reject(error);
    });
  });
}

/** Tries what the settings say of encryption: `prefer` goes without it where the server has none. */
export async function withTls<T>(mode: MysqlConfig["tls"], open: (tls: MysqlConfig["tls"]) => Promise<T>): Promise<T> {
  if (mode !== "prefer") return open(mode);
  try {
    return await open("require");
  } catch (error) {
    if ((error as { code?: string }).code !== "HANDSHAKE_NO_SSL_SUPPORT") throw error;
    return open("disable");
  }
}

/** Rows of a statement of ours, as text. @throws the driver's error */
export function ask(client: mysql.Connection, sql: string): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    client.query(sql, (error, rows) => {
      if (error) return reject(error);
      const found = Array.isArray(rows) ? (rows as unknown as (Buffer | null)[][]) : [];
      resolve(found.map((row) => row.map((cell) => cell?.toString("utf8") ?? null)));
    });
  });
}

/** A text that needs no quotes, whatever it holds and whatever the server's sql_mode is. */
export function literal(text: string): string {
  return `convert(x'${Buffer.from(text).toString("hex")}' using utf8mb4)`;
}

/**
 * Threads are counted up from the server's own start, and no number comes twice: both together name a session for good.
 * The start is counted in whole seconds from two answers, and may be off by one.
 */
export async function identify(asked: (sql: string) => Promise<Row[]>): Promise<{ backend: Backend; version: string }> {
  const [row] = await asked("select connection_id(), unix_timestamp(), version()");
  const [uptime] = await asked("show global status like 'Uptime'");
  const start = Number(row?.[1] ?? 0) - Number(uptime?.[1] ?? 0);
  return { backend: { pid: Number(row?.[0] ?? 0), start: String(start) }, version: row?.[2] ?? "" };
}

/** @throws WarehouseError `connection`, with the sentence that helps; its cause is the driver's own error */
export async function connect(connection: Connection, name: string): Promise<Connected> {
  const config = configSchema.parse(connection.config);
  let client: mysql.Connection | null = null;
  try {
    const signed = await withTls(config.tls, (tls) => signIn(connection, config, name, tls));
    client = signed;
    return { client: signed, ...(await identify((sql) => ask(signed, sql))) };
  } catch (error) {
    client?.destroy();
    throw connectError(error, config, connection.username);
  }
}
