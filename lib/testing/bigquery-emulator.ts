import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { inject } from "vitest";
import { freePort } from "../../scripts/ports.mjs";
import { pythonServer } from "./python-servers";

export interface BigQueryEmulator {
  /** Its origin; the project is `demo`. */
  endpoint: string;
  /** Runs a statement as whoever owns the project may. */
  admin(sql: string): Promise<void>;
  kill(): void;
}

export const emulatorProject = "demo";

/** Whether there is an emulator here: null, or why there is none. Waits until it is installed. */
export async function emulatorMissing(): Promise<string | null> {
  const found = await pythonServer(inject("pythonHome"), "bqemulator");
  return "missing" in found ? found.missing : null;
}

/** A real process that serves BigQuery's REST API over DuckDB, with a data set `shop`. Killed, it forgets what it held. */
export async function startBigQuery(): Promise<BigQueryEmulator> {
  const found = await pythonServer(inject("pythonHome"), "bqemulator");
  if ("missing" in found) throw new Error(found.missing);
  const [rest, grpc] = [await freePort(), await freePort()];
  mkdirSync(found.home, { recursive: true });
  const flags = ["start", "--rest-port", String(rest), "--grpc-port", String(grpc), "--project", emulatorProject];
  const child: ChildProcess = spawn(found.program, flags, {
    stdio: "ignore",
    env: { ...process.env, HOME: found.home },
  });
  const endpoint = `http://127.0.0.1:${rest}`;
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${endpoint}/bigquery/v2/projects/${emulatorProject}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const reference = { datasetReference: { projectId: emulatorProject, datasetId: "shop" }, location: "US" };
  for (let attempt = 0; ; attempt++) {
    const made = await post("/datasets", reference).catch((error: Error) => error);
    if (!(made instanceof Error)) break;
    if (attempt > 300 || child.exitCode !== null) throw made;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    endpoint,
    admin: (sql) => post("/queries", { query: sql, useLegacySql: false }),
    kill: () => void child.kill("SIGKILL"),
  };
}
