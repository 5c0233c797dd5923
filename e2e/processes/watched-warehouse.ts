import { mkdirSync, statSync, truncateSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { startProxy, type Wire } from "@/lib/testing/proxy";
import { startPostgres } from "../../scripts/postgres.mjs";

const password = "warehouse";

/** What the warehouse's own log says of one marked statement. */
export interface Said {
  started: number;
  /** Ended without an error. */
  through: number;
  /** Of its last start: the server process that ran it, and when by the log, in ms since 1970. */
  pid: number;
  from: number;
  /** When it ended there; null while it runs. */
  to: number | null;
  /** The error it ended with, in the server's words; null without one. */
  error: string | null;
}

/** A real PostgreSQL as a warehouse: it writes down every statement, and a test may cut the wire to it. */
export class WatchedWarehouse {
  wire!: Wire;
  private server!: Awaited<ReturnType<typeof startPostgres>>;
  private admin!: pg.Pool;
  private readonly folder: string;

  constructor(home: string) {
    this.folder = path.join(home, "warehouse");
  }

  async start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    this.server = await startPostgres(this.folder, password, {
      fsync: "off",
      max_connections: "200",
      log_statement: "all",
      log_duration: "on",
      log_connections: "authorization",
      log_line_prefix: "%p %u [%a] %n ",
      log_error_verbosity: "terse",
    });
    const address = { host: "127.0.0.1", port: this.server.port };
    this.admin = new pg.Pool({ ...address, user: "postgres", password, database: "postgres", max: 2 });
    this.admin.on("error", () => undefined);
    await this.admin.query(`drop owned by reader; drop role reader`).catch(() => undefined);
    await this.admin.query(`create role reader login password 'reader'`);
    await this.admin.query("create table if not exists events as select n from generate_series(1, 1000) n");
    await this.admin.query("grant select on events to reader");
    this.wire = await startProxy(address);
    truncateSync(this.log);
  }

  /** As the form of a warehouse takes it, over the wire that can be cut. */
  get config() {
    const { port } = this.wire;
    return { host: "127.0.0.1", port, database: "postgres", user: "reader", password: "reader", tls: "disable" };
  }

  /** Our sessions that do something, or hold a transaction open. */
  async busy(): Promise<string[]> {
    const { rows } = await this.admin.query<{ line: string }>(
      `select concat_ws(' ', pid, state, application_name, left(query, 60)) as line from pg_stat_activity
       where usename = 'reader' and state <> 'idle'`,
    );
    return rows.map((row) => row.line);
  }

  /** Runs SQL as its superuser, which is no part of what is watched. */
  async prepare(sql: string): Promise<void> {
    await this.admin.query(sql);
  }

  /** Whether a session works on a statement with this in its text, by the server's own view of itself. */
  async runs(mark: string): Promise<boolean> {
    const { rows } = await this.admin.query(
      "select 1 from pg_stat_activity where usename = 'reader' and state = 'active' and strpos(query, $1) > 0",
      [mark],
    );
    return rows.length > 0;
  }

  /** Every entry that the server has written for the reader, from that byte of its log on. */
  async entries(from = 0): Promise<string[]> {
    const text = (await readFile(this.log)).subarray(from).toString();
    // Each begins with the prefix; the lines of a statement of several follow with a tab.
    return text.split(/\n(?!\t)/).filter((entry) => /^\d+ (reader|\[unknown\]) /.test(entry));
  }

  get logBytes(): number {
    return statSync(this.log).size;
  }

  /** By mark, for every statement in which one stands: `find` has the mark as its first group. */
  async said(find: RegExp): Promise<Map<string, Said>> {
    const found = new Map<string, Said>();
    const running = new Map<string, Said>();
    for (const line of await this.entries()) {
      const pid = line.slice(0, line.indexOf(" "));
      const at = Math.round(Number(/\] (\d+\.\d+) /.exec(line)?.[1]) * 1_000);
      const mark = / LOG: {2}(statement|execute \S+): /.test(line) ? find.exec(line)?.[1] : undefined;
      const one = running.get(pid);
      if (mark) {
        const begins = { pid: Number(pid), from: at, to: null, error: null };
        const said = Object.assign(found.get(mark) ?? { started: 0, through: 0 }, begins);
        said.started += 1;
        found.set(mark, said);
        running.set(pid, said);
      } else if (one && / (ERROR|FATAL): /.test(line)) {
        Object.assign(one, { to: at, error: / (?:ERROR|FATAL): {2}(.*)/.exec(line)?.[1] ?? "" });
        running.delete(pid);
      } else if (one && line.includes("LOG:  duration: ")) {
        Object.assign(one, { to: at, through: one.through + 1 });
        running.delete(pid);
      }
    }
    return found;
  }

  async stop(): Promise<void> {
    await this.wire?.close();
    await this.admin?.end();
    await this.server?.stop();
  }

  private get log(): string {
    return path.join(this.folder, "postgres.log");
  }
}
