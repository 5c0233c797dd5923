import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { unlessFresh } from "../../scripts/sources.mjs";

const run = promisify(execFile);
const binaryIn = (home: string) => path.join(home, "moto", "bin", "moto_server");
/** Written by the first test that needs a server. */
const wantedIn = (home: string) => path.join(home, "moto.wanted");
/** Written once it is known whether there is a server: empty, or why there is none. */
const answerIn = (home: string) => path.join(home, "moto.answer");

/**
 * Installs moto's server (an S3) into a Python environment below `home` once a test needs it, and once for all of
 * them: it takes a minute or more, which the tests of other things need not wait for.
 */
export async function installMoto(home: string, signal: AbortSignal): Promise<void> {
  const venv = path.join(home, "moto");
  for (const file of [wantedIn(home), answerIn(home)]) rmSync(file, { force: true });
  while (!existsSync(wantedIn(home))) {
    if (signal.aborted) return;
    await delay(200);
  }
  try {
    // pip writes the program before the last of its packages: only the stamp says that all is there.
    await unlessFresh(path.join(venv, ".stamp"), ["lib/testing/moto.ts"], async () => {
      await run("python3", ["-m", "venv", "--clear", venv], { signal });
      await run(path.join(venv, "bin", "pip"), ["install", "-q", "moto[server]==5.2.5"], { signal });
    });
    writeFileSync(answerIn(home), "");
  } catch (error) {
    if (signal.aborted) return;
    writeFileSync(answerIn(home), `moto_server (needs python3 with venv, and PyPI): ${error}`);
  }
}

/** The server's program, once it is installed; null where it cannot be. */
export async function motoServer(home: string): Promise<string | null> {
  writeFileSync(wantedIn(home), "");
  while (!existsSync(answerIn(home))) await delay(200);
  const why = readFileSync(answerIn(home), "utf8");
  if (why === "") return binaryIn(home);
  process.stderr.write(`The tests of S3 are left out. ${why}\n`);
  return null;
}
