import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import pg from "pg";
import { to } from "pg-copy-streams";
import { type Manifest, tableFile } from "./manifest";
import { migrationsOf, partitionsOf, sequencesOf, tablesOf } from "./tables";

/**
 * Writes every table as one state of the database, while others go on writing. Rows only: what they stand in is made by the
 * migrations that the manifest names, so it reads into any PostgreSQL that runs this release and needs no pg_dump.
 */
export async function dumpDatabase(url: string, folder: string): Promise<Manifest["database"]> {
  await mkdir(path.dirname(tableFile(folder, "any")), { recursive: true });
  const client = new pg.Client({ connectionString: url, application_name: "sluice backup" });
  await client.connect();
  try {
    await client.query("begin isolation level repeatable read, read only");
    const tables = await tablesOf(client);
    const counted: { name: string; columns: string[]; rows: number }[] = [];
    for (const { name, columns } of tables) {
      const list = columns.map((column) => client.escapeIdentifier(column)).join(", ");
      const rows = client.query(to(`copy (select ${list} from ${client.escapeIdentifier(name)}) to stdout`));
      await pipeline(rows, createGzip({ level: 4 }), createWriteStream(tableFile(folder, name)));
      counted.push({ name, columns, rows: rows.rowCount });
    }
    const server = await client.query<{ server_version: string }>("show server_version");
    return {
      server: server.rows[0]?.server_version ?? "",
      migrations: await migrationsOf(client),
      tables: counted,
      partitions: await partitionsOf(client),
      sequences: await sequencesOf(client),
    };
  } finally {
    await client.end();
  }
}
