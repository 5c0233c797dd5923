// Keeps the programs running: one that ends is started again, after a pause that grows while it keeps ending.
import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

const follow = new URL("follow-parent.mjs", import.meta.url).href;

/**
 * Less memory for no less work, measured under 16 clients: Node gives new objects 16 MiB and lets old ones double before
 * it looks which are gone. So do Dockerfile and compose.yaml.
 */
const lean = ["--max-semi-space-size=4", "--heap-growing-percent=40"];
const maps = new URL("source-maps.mjs", import.meta.url).href;

/** Spawns a Node program that ends with us, however we end. */
function spawnNode(args, env, output) {
  return spawn(process.execPath, [...lean, "--import", maps, "--import", follow, ...args], {
    stdio: ["ignore", output, output, "ipc"],
    env: { ...process.env, ...env, SLUICE_FOLLOW: String(process.pid) },
  });
}

/**
 * Below others by so much, where the processor is short. Not a need: where it is refused, all are equal.
 * @param {number} [by]
 */
function below(by, pid) {
  try {
    if (by && pid) setPriority(pid, by);
  } catch {}
}

/** @returns {{name: string, endings: () => number, stop: (withinMs: number) => Promise<void>}} */
export function keepRunning(name, args, env, nice = 0) {
  let stopping = false;
  let child;
  let endings = 0;
  let pause = 250;
  const waiting = new AbortController();
  const over = (async () => {
    while (!stopping) {
      const begun = Date.now();
      child = spawnNode(args, env, "inherit");
      below(nice, child.pid);
      const [code, signal] = await new Promise((resolve) => {
        child.once("exit", (...how) => resolve(how));
        child.once("error", (error) => resolve([error.message, null]));
      });
      if (stopping) return;
      endings += 1;
      pause = Date.now() - begun > 30_000 ? 250 : Math.min(pause * 2, 10_000);
      process.stderr.write(`${name} ended (${signal ?? code}); it is started again in ${pause / 1000} s.\n`);
      await sleep(pause, undefined, { signal: waiting.signal }).catch(() => undefined);
    }
  })();
  const stop = async (withinMs) => {
    stopping = true;
    waiting.abort();
    child?.kill("SIGTERM");
    const hard = setTimeout(() => child?.kill("SIGKILL"), withinMs);
    await over;
    clearTimeout(hard);
  };
  return { name, endings: () => endings, stop };
}

/** Runs a program to its end and answers what it printed. @throws Error with that text when it failed. */
export function runOnce(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawnNode(args, env, "pipe");
    let text = "";
    child.stdout.on("data", (chunk) => (text += chunk));
    child.stderr.on("data", (chunk) => (text += chunk));
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${args.join(" ")} failed:\n${text}`)),
    );
  });
}
