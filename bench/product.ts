import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openApi } from "./http";
import { freePort } from "./warehouse";

export interface Product {
  url: string;
  /** Root of the tree of processes that `npm start` made. */
  pid: number;
  /** Where its data and secrets are. */
  home: string;
  /** What carries its queue; null: its own PostgreSQL. */
  redisUrl: string | null;
  token: string;
  email: string;
  password: string;
  stop(): Promise<void>;
}

const token = "slu_bench_0123456789abcdefghijklmnopqrstuvwxyz";
const email = "bench@example.com";
const password = "bench-password-1";

/**
 * Starts Sluice as a person does, by `npm start`, with a home folder of its own and, where given, Redis.
 * Its log goes to a file, whose name is in the error if it does not become ready. `more`: settings that are not the default.
 */
export async function startProduct(redisUrl: string | null, more: Record<string, string> = {}): Promise<Product> {
  const home = await mkdtemp(path.join(tmpdir(), "sluice-bench-home-"));
  // As root its PostgreSQL runs as another user, who has to get through to its own folder.
  await chmod(home, 0o711);
  const port = await freePort();
  const log = path.join(tmpdir(), `sluice-bench-${process.pid}-${redisUrl ? "redis" : "postgres"}-${port}.log`);
  const url = `http://127.0.0.1:${port}`;
  const settings: NodeJS.ProcessEnv = {
    ...process.env,
    PORT: String(port),
    SLUICE_HOME: home,
    SLUICE_ADMIN_EMAIL: email,
    SLUICE_ADMIN_PASSWORD: password,
    SLUICE_ADMIN_TOKEN: token,
    LOG_LEVEL: "warn",
    // Whether a container engine runs on this machine changes no figure.
    STAGE_RUNTIME: "process",
    ...more,
  };
  // What the shell may have set for a product of its own would make this another product than the default.
  for (const name of ["DATABASE_URL", "STORE_URL", "REDIS_URL", "SLUICE_URL", "NODE_ENV"]) delete settings[name];
  if (redisUrl) settings.REDIS_URL = redisUrl;

  // In a process group of its own, so that whatever it started ends with it.
  const child = spawn("npm", ["start"], { env: settings, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const pid = child.pid;
  if (!pid) throw new Error("npm could not be started.");
  const stop = async () => {
    await end(pid);
    await rm(home, { recursive: true, force: true });
  };
  try {
    await ready(url, child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid, home, redisUrl, token, email, password, stop };
}

/** The first start may have to build, which takes minutes on a small machine. */
async function ready(url: string, child: ChildProcess, log: string): Promise<void> {
  const api = openApi(url);
  const until = Date.now() + 10 * 60_000;
  for (;;) {
    const up = await api.json("GET", "/api/v1/ready").then(
      () => true,
      () => false,
    );
    if (up) return api.close();
    if (child.exitCode !== null) throw new Error(`npm start ended with code ${child.exitCode}; see ${log}`);
    if (Date.now() > until) throw new Error(`Sluice was not ready after 10 minutes; see ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Ctrl-C, as a terminal sends it: to the whole group. npm is gone before what it started. */
async function end(pid: number): Promise<void> {
  const tell = (signal: NodeJS.Signals | 0) => {
    try {
      return process.kill(-pid, signal);
    } catch {
      return false;
    }
  };
  const until = Date.now() + 20_000;
  let there = tell("SIGINT");
  while (there && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    there = tell(0);
  }
  if (there) tell("SIGKILL");
}
