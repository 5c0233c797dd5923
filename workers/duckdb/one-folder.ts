import path from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { quote } from "@/lib/results/encoding";

/** DuckDB for files that may be anything: it can open nothing but what is in this folder, and no setting can be changed. */
export async function openFolder(folder: string, options: Record<string, string>): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    memory_limit: "1GB",
    temp_directory: path.join(folder, "spill"),
    ...options,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const duck = await instance.connect();
  await duck.run("SET TimeZone = 'UTC'");
  await duck.run(`SET allowed_directories = [${quote(`${folder}/`)}]`);
  await duck.run("SET enable_external_access = false");
  await duck.run("SET lock_configuration = true");
  return duck;
}

/**
 * The first line of what DuckDB says of a file, without the path of the folder. Ends the process, which has nothing more
 * to say, where memory has run out.
 */
export function wordsOf(error: unknown, folder: string): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/out of memory|bad_alloc|allocation/i.test(text)) process.exit(1);
  const [line = ""] = text.replace(/^[A-Z][A-Za-z ]+? Error: /, "").split("\n");
  return line.replaceAll(folder, "…");
}
