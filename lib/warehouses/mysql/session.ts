import type mysql from "mysql2";
import {
  type Backend,
  type BoundValue,
  type RowSink,
  type RunOutcome,
  type RunRequest,
  type Session,
  type SessionOptions,
  WarehouseError,
} from "@/lib/warehouses/adapter";
import { CellWriter } from "@/lib/warehouses/cell-writer";
import { ask, type Connected, literal } from "./client";
import { statementError } from "./errors";
import { preparable } from "./statement";
import { columnOf, type Field, textOf } from "./types";

/** As the lexis reads it, whatever the server's own mode: quotes are strings, and a backslash escapes. */
const sqlMode = "replace(replace(@@sql_mode, 'ANSI_QUOTES', ''), 'NO_BACKSLASH_ESCAPES', '')";

/** A connection of its own for each piece of work: to connect takes milliseconds, and nothing is left for the next. */
export class MysqlSession implements Session {
  readonly backend: Backend;
  private readonly client: mysql.Connection;
  private readonly mariadb: boolean;
  private running = false;

  /** @param kill ends the statement that this session runs, through the control door */
  constructor(
    { client, backend, version }: Connected,
    private readonly kill: () => Promise<void>,
  ) {
    this.client = client;
    this.backend = backend;
    this.mariadb = /mariadb/i.test(version);
  }

  async begin({ timeZone, statementTimeoutMs, lockTimeoutMs }: SessionOptions): Promise<void> {
    const lock = Math.max(1, Math.ceil(lockTimeoutMs / 1_000));
    const settings = {
      time_zone: timeZone === "UTC" ? "'+00:00'" : literal(timeZone),
      sql_mode: sqlMode,
      lock_wait_timeout: lock,
      innodb_lock_wait_timeout: lock,
      ...(this.mariadb
        ? { max_statement_time: statementTimeoutMs / 1_000 }
        : { max_execution_time: Math.ceil(statementTimeoutMs) }),
    };
    // Texts of ours and of the statement are then compared alike, by the server's usual order for this character set.
    await this.own("set names utf8mb4");
    const set = Object.entries(settings).map(([name, value]) => `session ${name} = ${value}`);
    await this.own(`set ${set.join(", ")}`).catch((error: unknown) => {
      if (error instanceof WarehouseError && /time ?zone/i.test(error.message))
        throw new WarehouseError({
          code: "connection",
          message: `This server knows no time zone by name (${timeZone}). Run it in UTC, or ask its admin to load the zones: mysql_tzinfo_to_sql /usr/share/zoneinfo | mysql mysql.`,
        });
      throw error;
    });
    await this.own("start transaction with consistent snapshot, read only");
  }

  private async own(sql: string) {
    try {
      return await ask(this.client, sql);
    } catch (error) {
      throw statementError(error, "");
    }
  }

  async run(request: RunRequest, sink: RowSink): Promise<RunOutcome> {
    const { sql, order } = preparable(request);
    const variables = request.values.map((value, n) => `@sluice_p${n + 1} = ${bound(value)}`);
    await this.own(`set ${[...variables, `@sluice_sql = ${literal(sql)}`].join(", ")}`);
    const { limit } = request;
    await this.own(`set session sql_select_limit = ${limit === null ? "default" : limit + 1}`);
    const using = order.length > 0 ? ` using ${order.map((n) => `@sluice_p${n}`).join(", ")}` : "";
    try {
      await ask(this.client, "prepare sluice_query from @sluice_sql");
      this.running = true;
      return await this.rows(`execute sluice_query${using}`, limit ?? Number.POSITIVE_INFINITY, sink);
    } catch (error) {
      throw statementError(error, sql);
    } finally {
      this.running = false;
    }
  }

  private async rows(execute: string, limit: number, sink: RowSink): Promise<RunOutcome> {
    let fields: Field[] | undefined;
    const stream = this.client
      .query(execute)
      .on("fields", (found: Field[] | undefined) => {
        fields = found;
      })
      .stream({ highWaterMark: 256 });
    const writer = new CellWriter(sink);
    let texts: ReturnType<typeof textOf>[] | null = null;
    const begin = async (found: Field[]) => {
      texts = found.map(textOf);
      await sink.columns(found.map(columnOf));
      return texts;
    };
    let truncated = false;
    try {
      for await (const row of stream as AsyncIterable<(Buffer | null)[]>) {
        // A command answers with a header, and no fields.
        if (truncated || !fields) continue;
        const write = texts ?? (await begin(fields));
        if (writer.written < limit) {
          await writer.row(row.map((cell, at) => (cell && write[at]?.(cell)) ?? cell));
          continue;
        }
        // A LIMIT of the person's own is stronger than ours: what comes after is let go.
        truncated = true;
        await this.kill();
      }
    } catch (error) {
      if (!truncated) throw error;
    }
    if (!fields) return { rowCount: 0, truncated: false, path: "command" };
    if (!texts) await begin(fields);
    await writer.send();
    return { rowCount: writer.written, truncated, path: "cursor" };
  }

  async release(): Promise<void> {
    if (this.running) return this.destroy();
    this.client.end(() => undefined);
  }

  destroy(): void {
    this.client.destroy();
    // The server would notice only when it next has something to say.
    if (this.running) void this.kill().catch(() => undefined);
  }
}

function bound(value: BoundValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return literal(value);
  throw new WarehouseError({
    code: "parameter",
    message: "MySQL has no lists of values: use a parameter of one value, or several of them.",
  });
}
