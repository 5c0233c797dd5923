import type { ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { SluiceError } from "@/lib/platform/errors";

// The bundler of the pages follows a plain `fork` to the file it names; that file is another program, made by the build.
const { fork } = process.getBuiltinModule("node:child_process");

interface Asked {
  done(): void;
  fail(error: Error): void;
}

const idleMs = 10_000;

/**
 * The process that starts programs for us and outlives us while they run: forked when the first is started, and again
 * when it has ended. It is told one folder after another and answers when the program there has been started. Who starts
 * nothing for a while lets go of it: it then ends with the last of its programs, and the next start has another.
 */
export class Keeper {
  private child: ChildProcess | null = null;
  private idle: NodeJS.Timeout | undefined;
  private asked = new Map<number, Asked>();
  private count = 0;

  /** `complaints`: a file for what it says when it fails. */
  constructor(
    private readonly complaints: string,
    private readonly keptMs = idleMs,
  ) {}

  start(folder: string): Promise<void> {
    const child = this.alive();
    const id = ++this.count;
    clearTimeout(this.idle);
    return new Promise((resolve, reject) => {
      this.asked.set(id, { done: resolve, fail: reject });
      child.channel?.ref();
      child.send({ id, folder }, (error) => error && this.answer(id, error.message));
    });
  }

  private alive(): ChildProcess {
    if (this.child?.connected) return this.child;
    const complaints = openSync(this.complaints, "a", 0o600);
    const child = fork(path.join(process.cwd(), "dist", "stage-keeper.mjs"), [], {
      // None of our secrets, and nothing that would end it with us.
      env: { NODE_ENV: "production", TZ: "UTC" },
      execArgv: ["--max-old-space-size=256", "--max-semi-space-size=2"],
      // Not our own: whoever waits for the end of what we print would wait for the keeper's.
      stdio: ["ignore", "ignore", complaints, "ipc"],
      detached: true,
    });
    closeSync(complaints);
    this.child = child;
    child.on("message", ({ id, error }: { id: number; error: string | null }) => this.answer(id, error));
    const gone = () => {
      if (this.child !== child) return;
      this.child = null;
      for (const id of [...this.asked.keys()]) this.answer(id, "The process that starts programs has ended.");
    };
    child.once("exit", gone).once("error", gone);
    // It must not keep a process alive that is otherwise done.
    child.unref();
    return child;
  }

  private letGo(): void {
    const child = this.child;
    this.child = null;
    if (child?.connected) child.disconnect();
  }

  private answer(id: number, error: string | null): void {
    const asked = this.asked.get(id);
    this.asked.delete(id);
    if (this.asked.size === 0) {
      this.child?.channel?.unref();
      this.idle = setTimeout(() => this.letGo(), this.keptMs).unref();
    }
    if (error === null) asked?.done();
    else asked?.fail(new SluiceError("unavailable", `The stage was not started: ${error}`));
  }
}
