import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { quietPort } from "../../scripts/ports.mjs";

const root = path.resolve(import.meta.dirname, "../..");
export const token = "slc_token-of-the-process-tests-00000000";

export interface Execution {
  id: string;
  state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
  error: { code: string; message: string } | null;
  rowCount: number | null;
}

interface Process {
  pid: number;
  parent: number;
  /** Ticks since boot: a pid is given to others later. */
  born: string;
  command: string;
}

function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [state, parent, ...rest] = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      if (state === "Z") return [];
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(name), parent: Number(parent), born: rest[17] ?? "", command }];
    } catch {
      return [];
    }
  });
}

export async function until<T>(
  what: string,
  ms: number,
  look: () => Promise<T | undefined | false> | T | undefined | false,
) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${ms / 1000} s`);
    await sleep(50);
  }
}

/** A Sluice of its own, run by `npm start` as a person would run it. */
export class Installation {
  readonly home: string;
  port = 0;
  private npm: ChildProcess | null = null;
  private log = "";

  constructor(name: string) {
    this.home = path.join(root, ".sluice-test", name);
  }

  /** Resolves when the start says that it is ready. `services` are settings that a person would add. */
  async start(services: Record<string, string> = {}): Promise<void> {
    mkdirSync(this.home, { recursive: true });
    this.port ||= await quietPort();
    this.log = path.join(this.home, "start.log");
    const output = openSync(this.log, "w");
    // Of our own environment only what a shell has: the tests' settings are not this installation's.
    const shell = { PATH: process.env.PATH, HOME: process.env.HOME } as unknown as NodeJS.ProcessEnv;
    const settings = { SLUICE_HOME: this.home, PORT: String(this.port), SLUICE_ADMIN_TOKEN: token, LOG_LEVEL: "warn" };
    // In a process group of its own, which is what Ctrl-C reaches.
    this.npm = spawn("npm", ["start"], {
      cwd: root,
      detached: true,
      stdio: ["ignore", output, output],
      env: { ...shell, SLUICE_ADMIN_PASSWORD: "a password for the tests", ...settings, ...services },
    });
    await until("npm start", 120_000, () => {
      if (this.npm?.exitCode !== null) throw new Error(`npm start ended:\n${this.said()}`);
      return this.said().includes("Sluice is ready at");
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.said()}`);
    });
  }

  said(): string {
    return readFileSync(this.log, "utf8");
  }

  get npmPid(): number {
    if (!this.npm?.pid) throw new Error("not started");
    return this.npm.pid;
  }

  /** Everything that belongs to it: npm's descendants, the database's among them. */
  all(): Process[] {
    const every = processes();
    const found = every.filter(({ pid }) => pid === this.npm?.pid);
    for (const one of found) found.push(...every.filter(({ parent }) => parent === one.pid));
    return found;
  }

  /** The one whose command is like this. @throws Error when there is none. */
  pid(like: RegExp): number {
    const found = this.all().find(({ command }) => like.test(command));
    if (!found)
      throw new Error(
        `no ${like} among:\n${this.all()
          .map(({ command }) => command)
          .join("\n")}`,
      );
    return found.pid;
  }

  /** Another process than `old` with such a command, as after a restart. */
  async restarted(like: RegExp, old: number): Promise<number> {
    const next = () => this.all().find(({ command, pid }) => pid !== old && like.test(command))?.pid;
    return await until(`${like} again`, 30_000, next);
  }

  /** Resolves to the seconds it took. */
  async gone(those: Process[], ms: number): Promise<number> {
    const begun = Date.now();
    const left = () => {
      const now = processes();
      return those.filter((one) => now.some(({ pid, born }) => pid === one.pid && born === one.born));
    };
    await until("everything ends", ms, () => left().length === 0).catch((error: Error) => {
      throw new Error(
        `${error.message}; left:\n${left()
          .map(({ command }) => command)
          .join("\n")}\n${this.said()}`,
      );
    });
    return (Date.now() - begun) / 1000;
  }

  /** How npm ended. */
  async exit(): Promise<{ code: number | null; signal: string | null }> {
    const npm = this.npm;
    if (!npm) throw new Error("not started");
    await until("npm ends", 30_000, () => npm.exitCode !== null || npm.signalCode !== null);
    return { code: npm.exitCode, signal: npm.signalCode };
  }

  /** A second web process on the same database and store, with the first one's own settings; nobody restarts it. */
  async secondWeb(): Promise<{ port: number; kill: () => void }> {
    const port = await quietPort();
    const pairs = readFileSync(`/proc/${this.pid(/dist\/web\.mjs/)}/environ`, "utf8").split("\0");
    const own = Object.fromEntries(pairs.map((pair) => [pair.split("=", 1)[0], pair.slice(pair.indexOf("=") + 1)]));
    delete own.NODE_CHANNEL_FD;
    const web = spawn(process.execPath, ["dist/web.mjs"], {
      cwd: root,
      stdio: "ignore",
      env: { ...own, PORT: String(port) } as unknown as NodeJS.ProcessEnv,
    });
    await until("a second web", 60_000, async () => {
      if (web.exitCode !== null) throw new Error(`the second web ended with ${web.exitCode}`);
      return (await fetch(`http://127.0.0.1:${port}/api/v1/health`).catch(() => null))?.ok;
    });
    return { port, kill: () => void web.kill("SIGKILL") };
  }

  /** One request to the API, with its answer as it came. @throws where the connection was cut. */
  async request(
    method: string,
    where: string,
    body?: object,
    headers?: Record<string, string>,
    port = this.port,
  ): Promise<Response> {
    return await fetch(`http://127.0.0.1:${port}/api/v1/${where}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(40_000),
    });
  }

  /** Asks until there is an answer: right after a fault there may be none yet. */
  async ask(method: string, where: string, body?: object): Promise<Record<string, unknown>> {
    return await until(`${method} ${where}`, 60_000, async () => {
      const answer = await this.request(method, where, body).catch(() => null);
      if (!answer || answer.status >= 500) return undefined;
      const said = await answer.json();
      if (!answer.ok) throw new Error(`${answer.status} ${JSON.stringify(said)}`);
      return said as Record<string, unknown>;
    });
  }

  async submit(sql: string): Promise<string> {
    return String((await this.ask("POST", "executions", { warehouse: "demo", sql })).id);
  }

  async execution(id: string, wait = 0): Promise<Execution> {
    return (await this.ask("GET", `executions/${id}?wait=${wait}`)) as unknown as Execution;
  }

  async running(id: string): Promise<void> {
    await until("it runs", 30_000, async () => (await this.execution(id)).state === "running");
  }

  async ended(id: string): Promise<Execution> {
    return await until("it ends", 60_000, async () => {
      const found = await this.execution(id, 5);
      return found.state !== "queued" && found.state !== "running" && found;
    });
  }

  /** Submits SQL and resolves once it runs. */
  async begin(sql: string): Promise<string> {
    const id = await this.submit(sql);
    await this.running(id);
    return id;
  }

  /** Runs SQL to its end. */
  async run(sql: string): Promise<Execution> {
    return await this.ended(await this.submit(sql));
  }

  async stop(): Promise<void> {
    const those = this.all();
    if (those.length === 0) return;
    process.kill(this.npmPid, "SIGTERM");
    await this.gone(those, 20_000);
  }
}
