import process from "node:process";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

interface Settings {
  folders: string[];
  /** A folder for what memory has no room for; our parent removes it when we end. */
  spill: string;
  threads: number;
  memory: string;
}

/** Opens DuckDB shut in: only our folders, no settings to change afterwards, extensions never loaded from outside. */
export async function openDuckDb(): Promise<DuckDBConnection> {
  const { folders, spill, threads, memory } = JSON.parse(process.argv[2] ?? "{}") as Settings;
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(threads),
    memory_limit: memory,
    temp_directory: spill,
    autoinstall_known_extensions: "false",
    preserve_insertion_order: "true",
    // Gives memory back to the system a moment after it was freed, also while the process idles.
    allocator_background_threads: "true",
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(
    `SET allowed_directories = [${folders.map((folder) => `'${folder.replaceAll("'", "''")}/'`).join(", ")}]`,
  );
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
  return connection;
}

/** Answers one request at a time over IPC. */
export function serve<Request extends { id: number }>(handle: (request: Request) => Promise<unknown>): void {
  // Without the parent nobody reads the pipe; a thread blocked in open() would keep a polite exit waiting for ever.
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  // Ctrl-C reaches everybody on the terminal; the parent still drains, and ends us when it is done.
  process.on("SIGINT", () => undefined);
  process.on("message", async (request: Request) => {
    try {
      process.send?.({ id: request.id, ok: true, value: await handle(request) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      process.send?.({
        id: request.id,
        ok: false,
        message,
        kind: /^Conversion Error/.test(message) ? "conversion" : "failed",
      });
    }
  });
}
