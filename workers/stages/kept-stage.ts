import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ProcessId, startOf } from "@/lib/platform/processes";
import { endedFromOutside } from "@/lib/runtimes/from-outside";
import {
  claim,
  logOf,
  noteLate,
  type Plan,
  read,
  reserve,
  unclaim,
  wasAsked,
  write,
} from "@/lib/runtimes/process/files";
import { highestOf, marker, membersOf, oomKills, signal, type Usage } from "@/lib/runtimes/process/processes";
import { stopGraceSeconds } from "@/lib/runtimes/runtime";
import { LogFile } from "./log-file";
import { watchUsage } from "./usage-watch";

/** What still holds its output open after it has ended gets no more time than this. */
const drainMs = 2_000;
const mebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 ** 2)} MiB`;

/** One program from its start to the file that says how it ended. */
export class KeptStage {
  private outOfMemory = false;
  private timedOut = false;
  /** It was over a limit of its own, and we have ended it. */
  private overLimit = false;
  private readonly killsBefore = oomKills();
  private peak = 0;
  private cpu = 0;
  private readonly log: LogFile;

  private constructor(
    private readonly folder: string,
    private readonly plan: Plan,
  ) {
    this.log = new LogFile(logOf(folder), plan.limits.logBytes);
  }

  /** Null when another has it: a worker that asked before us and is gone, say. */
  static claimed(folder: string, keeper: ProcessId): KeptStage | null {
    const plan = read(folder, "plan");
    if (!plan || !claim(folder, keeper)) return null;
    try {
      // Its program may fill the disk, and how it ended is to be known all the same.
      reserve(folder, "running");
      reserve(folder, "exit");
      return new KeptStage(folder, plan);
    } catch (error) {
      unclaim(folder);
      throw error;
    }
  }

  /** Resolves when the end is written down; `onStart` when the program runs, or it is known that it cannot. */
  async run(onStart: () => void): Promise<void> {
    const { command, env, folder: cwd } = this.plan;
    const id = path.basename(this.folder);
    const child = spawn(command[0] as string, command.slice(1), {
      cwd,
      env: { NODE_ENV: "production", ...env, [marker]: id },
      // A session of its own: it is ended whole, and what ends us does not reach it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid } = child;
    if (pid === undefined) {
      await this.neverStarted(child);
      onStart();
      return;
    }
    const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.once("exit", (...how) => resolve(how)),
    );
    const logged = Promise.all([this.log.keep("stdout", child.stdout), this.log.keep("stderr", child.stderr)]);
    const running = { pid, start: startOf(pid) ?? "" };
    write(this.folder, "running", running);
    onStart();
    const forget = watchUsage(pid, (usage) => this.measured(pid, usage));
    const deadline = new AbortController();
    void this.endAtDeadline(pid, deadline.signal);
    const [code, by] = await exited;
    deadline.abort();
    forget();
    // As with a container, what it left running ends with it.
    for (const left of await membersOf(pid, id, running)) signal(left, "SIGKILL");
    await Promise.race([logged, delay(drainMs, undefined, { ref: false })]);
    this.end(code, by, this.platformOf(code, by));
  }

  /** What ended it from outside, in words; null where it was itself, or one of us. */
  private platformOf(code: number | null, by: string | null): string | null {
    if (this.overLimit || this.timedOut || wasAsked(this.folder) || !endedFromOutside({ code, signal: by }))
      return null;
    const how = by ?? `exit code ${code}`;
    const wanted = how !== "SIGTERM" && code !== 143 && oomKills() > this.killsBefore;
    return wanted
      ? `The machine that ran it was out of memory, and ended programs to get some back (${how}).`
      : `It was ended from outside, on the machine that ran it (${how}).`;
  }

  private async neverStarted(child: ChildProcess): Promise<void> {
    const [error] = await new Promise<[NodeJS.ErrnoException]>((resolve) =>
      child.once("error", (cause) => resolve([cause])),
    );
    const found = error.code !== "ENOENT" && error.code !== "EACCES" && error.code !== "ENOTDIR";
    this.log.say(`${this.plan.command[0]} cannot be started: ${error.message}`);
    this.end(found ? null : 127, null, found ? `The program could not be started: ${error.message}` : null);
  }

  private measured(pid: number, usage: Usage): void {
    const { memoryBytes, pids } = this.plan.limits;
    this.peak = Math.max(this.peak, usage.residentBytes, highestOf(pid));
    this.cpu = Math.max(this.cpu, usage.cpuSeconds);
    const tooLarge = usage.residentBytes > memoryBytes;
    if (!tooLarge && usage.processes <= pids) return;
    if (!this.outOfMemory)
      this.log.say(
        tooLarge
          ? `Ended: it took ${mebibytes(usage.residentBytes)} of memory, and its limit is ${mebibytes(memoryBytes)}.`
          : `Ended: it ran ${usage.processes} processes, and its limit is ${pids}.`,
      );
    this.outOfMemory ||= tooLarge;
    this.overLimit = true;
    void this.signalAll(pid, "SIGKILL");
  }

  private async endAtDeadline(pid: number, over: AbortSignal): Promise<void> {
    // Not by the clock on the wall, which may be set meanwhile.
    const until = performance.now() + this.plan.limits.seconds * 1_000;
    try {
      // A timer holds 24 days.
      for (let left = until - performance.now(); left > 0; left = until - performance.now())
        await delay(Math.min(left, 2 ** 31 - 1), undefined, { signal: over });
      this.timedOut = true;
      noteLate(this.folder);
      this.log.say(`Asked to end: its time limit of ${this.plan.limits.seconds} s is over.`);
      await this.signalAll(pid, "SIGTERM");
      await delay(stopGraceSeconds * 1_000, undefined, { signal: over });
      await this.signalAll(pid, "SIGKILL");
    } catch {
      // It ended before.
    }
  }

  private async signalAll(pid: number, name: NodeJS.Signals): Promise<void> {
    for (const member of await membersOf(pid, path.basename(this.folder))) signal(member, name);
  }

  private end(code: number | null, by: string | null, platform: string | null = null): void {
    this.log.close();
    write(this.folder, "exit", {
      code,
      signal: by,
      outOfMemory: this.outOfMemory,
      timedOut: this.timedOut,
      peakMemoryBytes: this.peak || null,
      cpuSeconds: this.cpu || null,
      platform,
    });
  }
}
