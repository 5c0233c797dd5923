import type { ChildProcess } from "node:child_process";
import type { Nursery } from "./nursery";

/** A child that worked a moment ago is quick to work again; later its memory is worth more. */
const idleMs = 20_000;

/** What a DuckDB child answers to each request. */
export type Answer =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; message: string; kind: "conversion" | "failed" };

/** A child refused or died; `kind` says whether the person's value (conversion) or we are at fault. */
export class ChildError extends Error {
  override readonly name = "ChildError";
  constructor(
    message: string,
    readonly kind: "conversion" | "failed" | "died" | "deadline",
  ) {
    super(message);
  }

  /** By name: the pool may have been made by another bundle in this process, with a class of its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "ChildError";
  }
}

interface Child {
  process: ChildProcess;
  idleTimer: NodeJS.Timeout | undefined;
}

export interface ChildJob<Request> {
  request: Request;
  deadlineMs: number;
  /** Leaves the queue when aborted, and kills the child: DuckDB does not always heed an interrupt. */
  signal?: AbortSignal;
  /** Told when a child is at hand and is about to be asked. */
  onTaken?(): void;
}

/**
 * Forked children that serve one request at a time each, `max` of them. A child that misses its deadline or dies is
 * replaced on the next request; whoever waited for it is told.
 */
export class ChildPool<Request extends object> {
  private idle: Child[] = [];
  private all = new Set<Child>();
  private waiting: ((child: Child) => void)[] = [];
  private requests = 0;

  constructor(
    private readonly nursery: Nursery,
    private readonly max: () => number,
  ) {}

  /** Pids, for tests and the health page. */
  pids(): number[] {
    return [...this.all].flatMap((child) => child.process.pid ?? []);
  }

  async run<Value>({ request, deadlineMs, signal, onTaken }: ChildJob<Request>): Promise<Value> {
    const child = await this.take(signal);
    const id = ++this.requests;
    let healthy = false;
    try {
      const value = await new Promise<Value>((resolve, reject) => {
        const fail = (error: ChildError) => {
          done();
          reject(error);
        };
        const onMessage = (answer: Answer) => {
          if (answer.id !== id) return;
          healthy = true;
          done();
          if (answer.ok) resolve(answer.value as Value);
          else reject(new ChildError(answer.message, answer.kind));
        };
        const onExit = () =>
          fail(new ChildError("The process that works on stored results ended unexpectedly.", "died"));
        const onAbort = () => fail(new ChildError("Given up.", "deadline"));
        const timer = setTimeout(() => fail(new ChildError("Took too long and was ended.", "deadline")), deadlineMs);
        function done() {
          clearTimeout(timer);
          child.process.off("message", onMessage).off("exit", onExit).off("error", onExit);
          signal?.removeEventListener("abort", onAbort);
        }
        child.process.on("message", onMessage).on("exit", onExit).on("error", onExit);
        signal?.addEventListener("abort", onAbort);
        if (signal?.aborted) return onAbort();
        onTaken?.();
        child.process.send({ id, ...request }, (error) => error && onExit());
      });
      return value;
    } finally {
      if (healthy) this.rest(child);
      else this.drop(child);
    }
  }

  close(): void {
    for (const child of this.all) this.drop(child);
  }

  private start(): Child {
    const child: Child = { process: this.nursery.take(), idleTimer: undefined };
    child.process.on("error", () => this.forget(child));
    child.process.on("exit", () => this.forget(child));
    this.all.add(child);
    return child;
  }

  private take(signal: AbortSignal | undefined): Promise<Child> {
    const ready = this.idle.pop();
    if (ready) {
      clearTimeout(ready.idleTimer);
      ready.process.ref();
      ready.process.channel?.ref();
      return Promise.resolve(ready);
    }
    if (this.all.size < this.max()) return Promise.resolve(this.start());
    return new Promise((resolve, reject) => {
      const give = (child: Child) => {
        signal?.removeEventListener("abort", leave);
        resolve(child);
      };
      const leave = () => {
        this.waiting = this.waiting.filter((other) => other !== give);
        reject(new ChildError("Given up.", "deadline"));
      };
      if (signal?.aborted) return leave();
      signal?.addEventListener("abort", leave, { once: true });
      this.waiting.push(give);
    });
  }

  private rest(child: Child): void {
    if (!this.all.has(child)) return;
    const next = this.waiting.shift();
    if (next) {
      next(child);
      return;
    }
    this.idle.push(child);
    // An idle child must not keep a process alive that is otherwise done.
    child.process.unref();
    child.process.channel?.unref();
    child.idleTimer = setTimeout(() => this.drop(child), idleMs).unref();
  }

  private drop(child: Child): void {
    child.process.kill("SIGKILL");
    this.forget(child);
  }

  private forget(child: Child): void {
    clearTimeout(child.idleTimer);
    if (!this.all.delete(child)) return;
    this.idle = this.idle.filter((other) => other !== child);
    const next = this.waiting.shift();
    if (next) next(this.start());
  }
}
