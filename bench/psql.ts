import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** Milliseconds of `psql \copy (sql) to file csv`, start of psql included; null where there is no psql. */
export async function psqlCopy(databaseUrl: string, sql: string): Promise<number | null> {
  const file = path.join(tmpdir(), `sluice-bench-${process.pid}.csv`);
  const from = performance.now();
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn("psql", ["-X", "-q", "-d", databaseUrl, "-c", `\\copy (${sql}) to '${file}' csv`], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      child.on("error", reject);
      child.on("exit", resolve);
    });
    if (code !== 0) throw new Error(`psql ended with code ${code}`);
    return performance.now() - from;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  } finally {
    await rm(file, { force: true });
  }
}
