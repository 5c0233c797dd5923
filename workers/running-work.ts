import { setTimeout as delay } from "node:timers/promises";
import { applicationName, type StartedStatement } from "@/lib/gate/lease";
import type { QueuedWork } from "@/lib/jobs/job";
import { addToSubject, oneOrAll } from "@/lib/platform/subject";
import type { Adapter, Connection, Session, StatementError } from "@/lib/warehouses/adapter";

/** Why a statement is stopped, and how it ends once the warehouse confirms. */
export type Cause =
  | { kind: "cancelled" }
  | { kind: "failed"; error: StatementError }
  /** Somebody else holds the lease: end the backend, write nothing. */
  | { kind: "lost" };

const graceMs = 2_000;
const againMs = 250;
const confirmForMs = 30_000;

/** One piece of work in this process: what runs now, and the way to stop it. */
export class RunningWork {
  statementId: string | null = null;
  session: Session | null = null;
  cause: Cause | null = null;
  private settled = true;
  private driving: Promise<void> | null = null;
  private readonly stopping = Promise.withResolvers<null>();

  constructor(
    readonly work: QueuedWork,
    private readonly adapter: Adapter,
    private readonly connection: Connection,
  ) {}

  /** What it runs from here on, and what its log lines are about. */
  takeUp({ id, executions }: StartedStatement): void {
    this.statementId = id;
    addToSubject({ statement: id, execution: oneOrAll(executions ?? []) });
  }

  /** Resolves to null when a stop is asked for. */
  get stopped(): Promise<null> {
    return this.stopping.promise;
  }

  /** The first cause stands: who stops a second time finds it stopping. */
  stop(cause: Cause): void {
    if (this.cause) return;
    this.cause = cause;
    this.stopping.resolve(null);
    this.drive();
  }

  /** Runs what may take long in the warehouse; a stop acts on it until it has come to its end. */
  async during<T>(running: Promise<T>): Promise<T> {
    this.settled = false;
    if (this.cause) this.drive();
    try {
      return await running;
    } finally {
      this.settled = true;
    }
  }

  /** Whether the backend works for us no more. False when the warehouse does not answer for half a minute. */
  async confirmGone(): Promise<boolean> {
    await this.driving;
    const until = Date.now() + confirmForMs;
    while (Date.now() < until) {
      if (await this.askToStop()) return true;
      await delay(againMs);
    }
    return false;
  }

  private drive(): void {
    if (this.settled || !this.session) return;
    this.driving ??= (async () => {
      // A stop can come between two commands and find nothing to stop: ask until the run itself has ended.
      while (!this.settled) {
        await this.askToStop();
        if (!this.settled) await delay(againMs);
      }
    })();
  }

  private async askToStop(): Promise<boolean> {
    if (!this.session) return true;
    return this.adapter
      .stop(this.connection, this.session.backend, applicationName(this.work.id), graceMs)
      .catch(() => false);
  }
}
