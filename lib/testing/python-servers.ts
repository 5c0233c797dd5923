import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { unlessFresh } from "../../scripts/sources.mjs";

const run = promisify(execFile);

interface PythonServer {
  packages: string[];
  /** Files that it is installed anew after. */
  from?: string[];
  /** Of its environment's bin folder. */
  program: string;
  /** What is left out where it cannot be had. */
  tests: string;
  /** Python that makes the environment ready, with its folder as the first argument. */
  after?: string;
}

/** The emulator's engine would download this extension into its home; it comes from PyPI as well. */
const spatialExtension = `
import duckdb, duckdb_extension_spatial, pathlib, shutil, sys
version, platform = duckdb.sql("select version()").fetchone()[0], duckdb.sql("pragma platform").fetchone()[0]
found = next(pathlib.Path(duckdb_extension_spatial.__file__).parent.rglob("spatial.duckdb_extension"))
place = pathlib.Path(sys.argv[1]) / "home" / ".duckdb" / "extensions" / version / platform
place.mkdir(parents=True, exist_ok=True)
shutil.copy(found, place)
`;

const servers = {
  moto: { packages: ["moto[server]==5.2.5"], program: "moto_server", tests: "S3" },
  bqemulator: {
    packages: ["bqemulator==1.4.0", "duckdb==1.5.5", "duckdb-extension-spatial==1.5.5", "numpy==2.4.6"],
    program: "bqemulator",
    tests: "BigQuery's emulator",
    after: spatialExtension,
  },
  dbt: {
    packages: ["-r", "operators/dbt/requirements.txt"],
    from: ["operators/dbt/requirements.txt"],
    program: "dbt",
    tests: "dbt",
  },
} satisfies Record<string, PythonServer>;

export type PythonServerName = keyof typeof servers;

const venvIn = (home: string, name: string) => path.join(home, name);
/** Written by the first test that needs the server. */
const wantedIn = (home: string, name: string) => path.join(home, `${name}.wanted`);
/** Written once it is known whether there is one: empty, or why there is none. */
const answerIn = (home: string, name: string) => path.join(home, `${name}.answer`);

declare module "vitest" {
  interface ProvidedContext {
    /** The folder that `pythonServer` finds its servers below. */
    pythonHome: string;
  }
}

/**
 * Installs servers, and dbt, that PyPI has, each into an environment of its own below `home` once a test needs it, and once for
 * all of them: it takes a minute or more, which the tests of other things need not wait for. Answers how to end that.
 */
export function offerPythonServers(project: TestProject, home: string): () => Promise<void> {
  mkdirSync(home, { recursive: true });
  const leaving = new AbortController();
  const all = Object.entries(servers).map(([name, server]) => install(home, name, server, leaving.signal));
  project.provide("pythonHome", home);
  return async () => {
    leaving.abort();
    await Promise.all(all);
  };
}

async function install(home: string, name: string, server: PythonServer, signal: AbortSignal): Promise<void> {
  const venv = venvIn(home, name);
  for (const file of [wantedIn(home, name), answerIn(home, name)]) rmSync(file, { force: true });
  while (!existsSync(wantedIn(home, name))) {
    if (signal.aborted) return;
    await delay(200);
  }
  try {
    // pip writes the program before the last of its packages: only the stamp says that all is there.
    await unlessFresh(
      path.join(venv, ".stamp"),
      ["lib/testing/python-servers.ts", ...(server.from ?? [])],
      async () => {
        await run("python3", ["-m", "venv", "--clear", venv], { signal });
        await run(path.join(venv, "bin", "pip"), ["install", "-q", ...server.packages], { signal });
        if (server.after) await run(path.join(venv, "bin", "python"), ["-c", server.after, venv], { signal });
      },
    );
    writeFileSync(answerIn(home, name), "");
  } catch (error) {
    if (signal.aborted) return;
    writeFileSync(answerIn(home, name), `${server.program} (needs python3 with venv, and PyPI): ${error}`);
  }
}

export interface PythonProgram {
  program: string;
  /** A home folder that is its own. */
  home: string;
}

/** The server's program, once it is installed; where it cannot be, why. */
export async function pythonServer(home: string, name: PythonServerName): Promise<PythonProgram | { missing: string }> {
  writeFileSync(wantedIn(home, name), "");
  while (!existsSync(answerIn(home, name))) await delay(200);
  const why = readFileSync(answerIn(home, name), "utf8");
  const { program, tests } = servers[name];
  const venv = venvIn(home, name);
  if (why === "") return { program: path.join(venv, "bin", program), home: path.join(venv, "home") };
  process.stderr.write(`The tests of ${tests} are left out. ${why}\n`);
  return { missing: why };
}
