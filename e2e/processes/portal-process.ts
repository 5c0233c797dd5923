import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";
import path from "node:path";
import { until } from "./installation";

const root = path.resolve(import.meta.dirname, "../..");
const follow = path.join(root, "scripts/follow-parent.mjs");
const shift = path.join(import.meta.dirname, "shift-clock.mjs");

/** One program of the built product; it ends with the test, however that ends. */
export class PortalProcess {
  private child: ChildProcess | null = null;

  constructor(
    readonly name: string,
    private readonly program: "web" | "worker",
    private readonly env: Record<string, string>,
    /** What its clock shows too much. */
    private readonly clockSeconds = 0,
  ) {}

  get port(): number {
    return Number(this.env.PORT);
  }

  /** Resolves when it serves, or takes work. */
  async start(): Promise<void> {
    const log = openSync(path.join(this.env.SLUICE_HOME ?? "", `${this.name}.log`), "a");
    const preloaded = ["--import", follow, ...(this.clockSeconds ? ["--import", shift] : [])];
    const child = spawn(process.execPath, [...preloaded, `dist/${this.program}.mjs`], {
      cwd: root,
      stdio: ["ignore", log, log, "ipc"],
      env: {
        PATH: process.env.PATH,
        ...this.env,
        SLUICE_FOLLOW: String(process.pid),
        CLOCK_SECONDS: String(this.clockSeconds),
      } as unknown as NodeJS.ProcessEnv,
    });
    this.child = child;
    let told = false;
    child.once("message", () => (told = true));
    await until(`${this.name} starts`, 60_000, async () => {
      if (child !== this.child || child.signalCode === "SIGKILL") return true;
      if (child.exitCode !== null)
        throw new Error(`${this.name} ended with ${child.exitCode}; see its log in the home`);
      return this.program === "worker" ? told : (await this.get("health").catch(() => null))?.ok;
    });
  }

  private get(where: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}/api/v1/${where}`, { signal: AbortSignal.timeout(2_000) });
  }

  /** As a power cut does it. Resolves once it is gone. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** As an orchestrator stops it: it drains, and ends by itself. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }
}
