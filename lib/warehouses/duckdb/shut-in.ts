import type { ChildProcess } from "node:child_process";
import path from "node:path";
import process from "node:process";

// The bundler of the pages follows a plain `spawn` to the file it names; that file is another program, made by the build.
const { spawn } = process.getBuiltinModule("node:child_process");

/** DuckDB's limit is no wall, so the address space is one: Node and DuckDB take 1.3 GiB of it before they do anything. */
const addressSpaceKiB = 3 << 20;

/**
 * A program of dist/ with an end to its address space, none of our secrets, and a folder of its own to be in. It has IPC,
 * and a pipe out at 4.
 */
export function shutInProcess(program: string, folder: string, settings: object): ChildProcess {
  const file = path.join(process.cwd(), "dist", program);
  // The shell is gone after `exec`; only its limit stays. Nothing of the text is a person's. Where the system has no such
  // limit, DuckDB's own and the deadline are all there is; Linux has it.
  const command = `ulimit -v ${addressSpaceKiB} || [ "$(uname)" != Linux ] || exit 1; exec "$@"`;
  const node = [
    process.execPath,
    "--max-old-space-size=512",
    "--max-semi-space-size=4",
    file,
    JSON.stringify(settings),
  ];
  return spawn("/bin/sh", ["-c", command, "sh", ...node], {
    // Few arenas, each of which takes address space.
    env: { NODE_ENV: "production", TZ: "UTC", HOME: folder, TMPDIR: folder, MALLOC_ARENA_MAX: "4" },
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit", "ipc", "pipe"],
    serialization: "advanced",
  });
}
