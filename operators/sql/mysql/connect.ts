import { readFileSync } from "node:fs";
import path from "node:path";
import mysql from "mysql2";
import { type Reach, StageError } from "../context";

/** A cell's bytes, as the server prints it. */
export type Row = (Buffer | null)[];

/** As the statements here are written: double quotes are strings, a backslash escapes, and a TIMESTAMP is in UTC. */
const settings = [
  "set names utf8mb4",
  "set session time_zone = '+00:00', session sql_mode = replace(replace(@@sql_mode, 'ANSI_QUOTES', ''), 'NO_BACKSLASH_ESCAPES', '')",
];

/** The relay that this stage was given for one of its parameters. */
export async function openMysql(reach: Reach, parameter: string): Promise<mysql.Connection> {
  const { database, user, host, socket, port, passwordFile } = reach;
  const at = socket ? { socketPath: path.join(socket, `mysql.${port}`) } : { host, port };
  const client = mysql.createConnection({
    ...at,
    ...{ database, user, password: readFileSync(passwordFile, "utf8").trim() },
    charset: "utf8mb4_unicode_ci",
    flags: ["-LOCAL_FILES"],
    rowsAsArray: true,
    typeCast: false,
  });
  // Whoever waits for an answer hears of the loss; nobody else may end the program.
  client.on("error", () => undefined);
  try {
    await new Promise<void>((resolve, reject) => client.connect((error) => (error ? reject(error) : resolve())));
    for (const sql of settings) await askMysql(client, sql);
    return client;
  } catch (error) {
    throw new StageError(`The warehouse of ${parameter} cannot be reached: ${(error as Error).message}`);
  }
}

export function askMysql(client: mysql.Connection, sql: string): Promise<(string | null)[][]> {
  return new Promise((resolve, reject) => {
    client.query(sql, (error, rows) => {
      if (error) return reject(error);
      const found = Array.isArray(rows) ? (rows as unknown as Row[]) : [];
      resolve(found.map((row) => row.map((cell) => cell?.toString("utf8") ?? null)));
    });
  });
}

/** What is read within it is of one moment, and nothing is written. */
export async function inSnapshot<T>(client: mysql.Connection, work: () => Promise<T>): Promise<T> {
  await askMysql(client, "start transaction with consistent snapshot, read only");
  const result = await work();
  await askMysql(client, "rollback");
  return result;
}

export const name = (text: string): string => `\`${text.replaceAll("`", "``")}\``;
export const literal = (text: string): string => `convert(x'${Buffer.from(text).toString("hex")}' using utf8mb4)`;
