import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";
import type { TestProject } from "vitest/node";
import { testImage } from "./container-image";

declare module "vitest" {
  interface ProvidedContext {
    /** As DOCKER_HOST says it; undefined: where Docker's own client finds it. Null: there is none. */
    containerEngine: { address: string | undefined; image: string } | null;
  }
}

const startMs = 20_000;
const home = path.resolve(".sluice-test");

interface OwnEngine {
  /** As DOCKER_HOST says it. */
  address: string;
  stop(): Promise<void>;
}

const answers = (docker: Docker) =>
  docker.ping().then(
    () => true,
    () => false,
  );

/**
 * An engine of the tests' own, where the machine has the program and runs none: with a folder of its own, which keeps its
 * images for the next run, and no network of others'. Killed, it is started again after at most a second, as a service
 * manager does; what its containers ran goes on meanwhile. Text: why there is none.
 */
export async function startOwn(home: string): Promise<OwnEngine | string> {
  if (spawnSync("dockerd", ["--version"]).status !== 0)
    return 'there is no container engine. Start Docker, or install it ("apt-get install docker.io")';
  if (process.getuid?.() !== 0) return "no container engine runs, and only root can start one. Start Docker";
  // A socket's path has room for some hundred characters.
  const place = path.join(tmpdir(), `sluice-engine-${createHash("sha256").update(home).digest("hex").slice(0, 12)}`);
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const address = `unix://${place}/docker.sock`;
  const log = openSync(path.join(home, "engine.log"), "w");
  const flags = [
    ...["--host", address, "--data-root", path.join(home, "engine"), "--exec-root", `${place}/exec`],
    ...["--pidfile", pidFile(address), "--bridge", "none", "--log-level", "warn"],
  ];
  let stopped = false;
  const begin = (): ChildProcess => {
    const engine = spawn("dockerd", flags, { stdio: ["ignore", log, log] });
    engine.once("exit", (_code, signal) => {
      if (stopped || signal !== "SIGKILL") return;
      // Its containerd goes with it; where nobody buries that, the next engine would take the dead one for a living one.
      rmSync(path.join(place, "exec", "containerd", "containerd.pid"), { force: true });
      setTimeout(() => {
        if (!stopped) child = begin();
      }, Math.random() * 1_000);
    });
    return engine;
  };
  let child = begin();
  const stop = async () => {
    stopped = true;
    await ended(child);
    closeSync(log);
    // A build with the machine's network leaves a mount that keeps the folder busy.
    spawnSync("umount", ["-l", path.join(place, "exec", "netns", "default")], { stdio: "ignore" });
    rmSync(place, { recursive: true, force: true });
  };
  const docker = new Docker({ socketPath: `${place}/docker.sock` });
  for (const until = Date.now() + startMs; Date.now() < until && child.exitCode === null; await delay(100))
    if (await answers(docker)) return { address, stop };
  await stop();
  return `the container engine does not start here (${path.join(home, "engine.log")} says why)`;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

const pidFile = (address: string) => path.join(path.dirname(new URL(address).pathname), "pid");

/** SIGKILL for an engine of the tests' own, as by somebody on the machine; resolves once it is back. */
export async function killEngine(address: string): Promise<void> {
  const pid = Number(readFileSync(pidFile(address), "utf8"));
  process.kill(pid, "SIGKILL");
  const docker = new Docker({ socketPath: new URL(address).pathname });
  const isBack = async () => readFileSync(pidFile(address), "utf8") !== String(pid) && (await answers(docker));
  for (const until = Date.now() + startMs; !(await isBack()); await delay(50))
    if (Date.now() > until) throw new Error("The container engine did not come back.");
}

/** The machine's engine (no address: as Docker's own client finds it), or one of the tests' own. Null, said why: there is none. */
export async function openEngine(): Promise<{ address?: string; stop(): Promise<void> } | null> {
  if (await answers(new Docker())) return { stop: async () => undefined };
  mkdirSync(home, { recursive: true });
  const own = await startOwn(home);
  if (typeof own !== "string") return own;
  process.stderr.write(`The tests of containers are left out: ${own}.\n`);
  return null;
}

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const engine = await openEngine();
  if (engine === null) {
    project.provide("containerEngine", null);
    return async () => undefined;
  }
  const { address } = engine;
  const docker = address ? new Docker({ socketPath: new URL(address).pathname }) : new Docker();
  project.provide("containerEngine", { address, image: await testImage(docker, home) });
  return engine.stop;
}
