import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, rmSync } from "node:fs";
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

interface OwnEngine {
  /** As DOCKER_HOST says it. The same after it was started again. */
  address: string;
  /** SIGKILL, as by somebody on the machine; what its containers run goes on until it is started again. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const answers = (docker: Docker) =>
  docker.ping().then(
    () => true,
    () => false,
  );

/**
 * An engine of the tests' own, where the machine has the program and runs none: with a folder of its own, which keeps its
 * images for the next run, and no network of others'. Text: why there is none.
 */
export async function startOwn(home: string): Promise<OwnEngine | string> {
  if (spawnSync("dockerd", ["--version"]).status !== 0)
    return 'there is no container engine. Start Docker, or install it ("apt-get install docker.io")';
  if (process.getuid?.() !== 0) return "no container engine runs, and only root can start one. Start Docker";
  // A socket's path has room for some hundred characters.
  const place = path.join(tmpdir(), `sluice-engine-${createHash("sha256").update(home).digest("hex").slice(0, 12)}`);
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const address = `unix://${place}/docker.sock`;
  const docker = new Docker({ socketPath: `${place}/docker.sock` });
  const log = openSync(path.join(home, "engine.log"), "w");
  const flags = [
    ...["--host", address, "--data-root", path.join(home, "engine"), "--exec-root", `${place}/exec`],
    ...["--pidfile", `${place}/pid`, "--bridge", "none", "--log-level", "warn"],
  ];
  const child = spawn("dockerd", flags, { stdio: ["ignore", log, log] });
  closeSync(log);
  const stop = async () => {
    await ended(child, "SIGTERM");
    // A build with the machine's network leaves a mount that keeps the folder busy.
    spawnSync("umount", ["-l", path.join(place, "exec", "netns", "default")], { stdio: "ignore" });
    rmSync(place, { recursive: true, force: true });
  };
  const kill = async () => {
    await ended(child, "SIGKILL");
    // Its containerd goes with it; where nobody buries that, the next engine would take the dead one for a living one.
    rmSync(path.join(place, "exec", "containerd", "containerd.pid"), { force: true });
  };
  for (const until = Date.now() + startMs; Date.now() < until && child.exitCode === null; await delay(100))
    if (await answers(docker)) return { address, kill, stop };
  await stop();
  return `the container engine does not start here (${path.join(home, "engine.log")} says why)`;
}

async function ended(child: ChildProcess, by: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(by);
  await gone;
}

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const home = path.resolve(".sluice-test");
  mkdirSync(home, { recursive: true });
  const running = await answers(new Docker());
  const own = running ? null : await startOwn(home);
  if (typeof own === "string") {
    process.stderr.write(`The tests of containers are left out: ${own}.\n`);
    project.provide("containerEngine", null);
    return async () => undefined;
  }
  const docker = own ? new Docker({ socketPath: new URL(own.address).pathname }) : new Docker();
  project.provide("containerEngine", { address: own?.address, image: await testImage(docker, home) });
  return async () => own?.stop();
}
