import type { Connection, Session } from "@/lib/warehouses/adapter";
import { connect } from "./client";
import type { Dialect } from "./dialect";
import { PostgresSession } from "./session";

/** As many as a worker runs at once by default: fewer would connect anew for most statements of a busy minute. */
const idlePerRole = 16;
const idleMs = 60_000;

interface Entry {
  session: PostgresSession;
  connection: Connection;
  timer: NodeJS.Timeout | null;
}

/**
 * Sessions by role and revision of its settings. How many are in use is the gate's decision; the pool only keeps a
 * few idle ones, since connecting costs more than most statements.
 */
export class SessionPool {
  private readonly entries = new Map<PostgresSession, Entry>();

  constructor(private readonly dialect: Dialect) {}

  async acquire(connection: Connection): Promise<Session> {
    for (const entry of this.idle(connection.roleId)) {
      if (entry.session.ended || entry.connection.revision !== connection.revision) this.drop(entry);
      else return this.take(entry);
    }
    const connected = await connect(connection, "sluice", this.dialect.startOptions);
    const session = new PostgresSession(connected, this.dialect, (given, clean) => this.giveBack(given, clean));
    const entry: Entry = { session, connection, timer: null };
    this.entries.set(session, entry);
    connected.client.once("end", () => this.entries.delete(session));
    return session;
  }

  /** The session of this process that has this backend, if any. */
  find(roleId: string, pid: number, start: string): PostgresSession | null {
    for (const { session, connection } of this.entries.values()) {
      const { backend } = session;
      if (connection.roleId === roleId && backend.pid === pid && backend.start === start) return session;
    }
    return null;
  }

  async close(warehouseId?: string): Promise<void> {
    for (const entry of [...this.entries.values()]) {
      if (warehouseId === undefined || entry.connection.warehouseId === warehouseId) this.drop(entry);
    }
  }

  private idle(roleId: string): Entry[] {
    return [...this.entries.values()].filter((entry) => entry.timer && entry.connection.roleId === roleId).reverse();
  }

  private take(entry: Entry): Session {
    if (entry.timer) clearTimeout(entry.timer);
    entry.timer = null;
    return entry.session;
  }

  private giveBack(session: PostgresSession, clean: boolean): void {
    const entry = this.entries.get(session);
    if (!entry) return;
    if (!clean) {
      this.entries.delete(session);
      return;
    }
    if (this.idle(entry.connection.roleId).length >= idlePerRole) {
      this.drop(entry);
      return;
    }
    entry.timer = setTimeout(() => this.drop(entry), idleMs);
    entry.timer.unref();
  }

  private drop(entry: Entry): void {
    if (entry.timer) clearTimeout(entry.timer);
    this.entries.delete(entry.session);
    entry.session.ended = true;
    entry.session.client.end().catch(() => {});
  }
}
