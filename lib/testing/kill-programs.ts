import path from "node:path";
import process from "node:process";
import { sql } from "@/lib/platform/db/pool";
import { isAlive } from "@/lib/platform/processes";
import { read } from "@/lib/runtimes/process/files";
import { folderOf } from "@/lib/runtimes/process/runtime";

/**
 * SIGKILL from outside to what runs of a run's stages as processes of this machine; answers of which stages it met one.
 * Whoever is between two stages finds none.
 */
export async function killPrograms(run: string): Promise<string[]> {
  const rows = await sql<{ stage: string; handle: string }>(
    "programs_of_run",
    "select stage, handle from attempts where run_id = $1 and state = 'running' and runtime = 'process' and handle is not null",
    [run],
  );
  const killed: string[] = [];
  for (const { stage, handle } of rows) {
    const program = read(await folderOf(path.resolve(process.env.SLUICE_HOME ?? ""), handle), "running");
    if (!program || !isAlive(program)) continue;
    process.kill(program.pid, "SIGKILL");
    killed.push(stage);
  }
  return killed;
}
