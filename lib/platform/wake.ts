import pg from "pg";
import { env } from "./env";
import { logger } from "./logger";
import { withoutSubject } from "./subject";

/** What the gate says, each kind on a channel `sluice_<kind>` of its own (prisma/functions/gate.sql). */
export type WakeKind = "statement" | "stop" | "gate" | "run";

export interface Wake {
  kind: WakeKind;
  /** Statement or warehouse id; null when the connection was away and anything may have happened: look again. */
  id: string | null;
  /** What follows the id: a state, or nothing. */
  detail: string;
}

type Listener = (wake: Wake) => void;

const checkEveryMs = 10_000;

/**
 * The process's one LISTEN connection, for the kinds that somebody here waits for. Waiters are woken by id, or all of
 * them after a lost connection.
 */
class Hub {
  private readonly kinds = new Set<WakeKind>();
  private readonly listeners = new Map<string, Set<Listener>>();
  private client: pg.Client | null = null;
  private retry: NodeJS.Timeout | null = null;
  private started = false;
  private failures = 0;
  leaving = false;

  on(kind: WakeKind, id: string, listener: Listener): () => void {
    const key = `${kind} ${id}`;
    const group = this.listeners.get(key) ?? new Set();
    group.add(listener);
    this.listeners.set(key, group);
    const isNew = !this.kinds.has(kind);
    this.kinds.add(kind);
    if (!this.started) {
      this.started = true;
      void withoutSubject(() => this.connect());
    } else if (isNew && this.client) void this.listen(this.client, [kind]).catch(() => undefined);
    return () => {
      group.delete(listener);
      if (group.size === 0 && this.listeners.get(key) === group) this.listeners.delete(key);
    };
  }

  async close(): Promise<void> {
    this.started = false;
    if (this.retry) clearTimeout(this.retry);
    const client = this.client;
    this.client = null;
    await client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: env().DATABASE_URL,
      application_name: "sluice listen",
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
    });
    let over = false;
    let check: NodeJS.Timeout | undefined;
    const lost = (error?: Error) => {
      if (over) return;
      over = true;
      clearInterval(check);
      client.end().catch(() => undefined);
      if (!this.started) return;
      this.client = null;
      this.failures += 1;
      logger.warn({ error: error?.message }, "wake-up connection lost; reconnecting");
      this.retry = setTimeout(() => void this.connect(), Math.min(2_000, 50 * 2 ** this.failures));
    };
    client.on("error", lost);
    client.on("end", () => lost());
    client.on("notification", (message) => this.dispatch(message.channel, message.payload ?? ""));
    try {
      await client.connect();
      await this.listen(client, [...this.kinds]);
    } catch (error) {
      return lost(error as Error);
    }
    if (!this.started) return lost();
    this.client = client;
    // Kinds that were asked for while it connected.
    await this.listen(client, [...this.kinds]).catch(lost);
    this.failures = 0;
    // A silently dead peer sends no error: ask now and then.
    check = setInterval(() => client.query("select 1").catch(lost), checkEveryMs);
    check.unref();
  }

  /** Until it listens anything may have happened: then everybody looks again. */
  private async listen(client: pg.Client, kinds: WakeKind[]): Promise<void> {
    await client.query(kinds.map((kind) => `listen sluice_${kind}`).join(";"));
    if (this.client === client) this.everybody();
  }

  private dispatch(channel: string, payload: string): void {
    const kind = channel.slice("sluice_".length) as WakeKind;
    const [id = "", detail = ""] = payload.split(" ");
    const wake: Wake = { kind, id, detail };
    for (const key of [`${kind} ${id}`, `${kind} *`])
      for (const listener of [...(this.listeners.get(key) ?? [])]) listener(wake);
  }

  everybody(): void {
    for (const [key, group] of [...this.listeners]) {
      const kind = key.split(" ")[0] as WakeKind;
      for (const listener of [...group]) listener({ kind, id: null, detail: "" });
    }
  }
}

const holder = globalThis as typeof globalThis & { sluiceWake?: Hub };

function hub(): Hub {
  holder.sluiceWake ??= new Hub();
  return holder.sluiceWake;
}

/** Calls `listener` for each wake of that kind and id (`*` for every id) until the returned function is called. */
export function onWake(kind: WakeKind, id: string, listener: Listener): () => void {
  return hub().on(kind, id, listener);
}

/**
 * Resolves to true at the next wake that `counts` (all, unless told), to false after `ms`. Registers before it
 * returns, so call it first, read second, await third: nothing falls between.
 */
export function waitForWake(
  kind: WakeKind,
  id: string,
  ms: number,
  signal?: AbortSignal,
  counts: (wake: Wake) => boolean = () => true,
): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (woken: boolean) => {
      clearTimeout(timer);
      off();
      signal?.removeEventListener("abort", abort);
      resolve(woken);
    };
    const abort = () => finish(false);
    const off = hub().on(kind, id, (wake) => {
      if (counts(wake)) finish(true);
    });
    const timer = setTimeout(() => finish(false), ms);
    if (signal?.aborted) finish(false);
    else signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Ends all waiting in this process: it is told to stop, and whoever waits gets the answer that there is. */
export function leaveWaiting(): void {
  hub().leaving = true;
  hub().everybody();
}

/** Whoever waits in a loop asks this before waiting on. */
export function isLeaving(): boolean {
  return hub().leaving;
}

export async function closeWake(): Promise<void> {
  await holder.sluiceWake?.close();
  delete holder.sluiceWake;
}
