import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { quote } from "@/lib/results/encoding";
import type { SandboxSettings } from "@/lib/warehouses/duckdb/requests";

const closed = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
  allow_persistent_secrets: "false",
};

/** Of errors their place, and not only their text. */
const withPlaces = "SET errors_as_json = true";
const shut = ["SET enable_external_access = false", "SET lock_configuration = true"];

/** What reads SQL before it is known what it may read: no file at all. */
export async function openParser(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", { ...closed, threads: "1", memory_limit: "200MB" });
  const connection = await instance.connect();
  for (const sql of [withPlaces, ...shut]) await connection.run(sql);
  return connection;
}

/** For one statement: the files that it may read, `prepare` while the settings are open, and then nothing to open. */
export async function openFor(
  { threads, memory, spill, spillLimit }: SandboxSettings,
  files: string[],
  timeZone: string,
  prepare: (connection: DuckDBConnection) => Promise<void>,
): Promise<{ connection: DuckDBConnection; close(): void }> {
  const instance = await DuckDBInstance.create(":memory:", {
    ...closed,
    threads: String(threads),
    memory_limit: memory,
    temp_directory: spill,
    max_temp_directory_size: spillLimit,
    preserve_insertion_order: "true",
  });
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    await connection.run(`SET TimeZone = ${quote(timeZone)}`);
    await connection.run(`SET allowed_paths = [${files.map(quote).join(", ")}]`);
    await connection.run(shut[0] as string);
    // Views are made while it can open nothing else already.
    await prepare(connection);
    await connection.run(withPlaces);
    await connection.run(shut[1] as string);
    return { connection, close };
  } catch (error) {
    close();
    throw error;
  }
}
