import type pg from "pg";
import {
  type Backend,
  type RowSink,
  type RunOutcome,
  type RunRequest,
  type Session,
  type SessionOptions,
  WarehouseError,
} from "@/lib/warehouses/adapter";
import { stripTrailingSemicolon } from "@/lib/warehouses/lexer";
import { type Connected, cancelRequest } from "./client";
import { copyRows } from "./copy";
import { portalRows } from "./cursor";
import { columnsOf, describe } from "./describe";
import { type Dialect, isQuery, refusal } from "./dialect";
import { statementError } from "./errors";
import { estimate } from "./estimate";
import { postgresLexis } from "./lexis";
import type { Runner } from "./rows";

/** Its worker's turn is not over before: a server that says nothing more must not keep it. */
const cleaning = (text: string) => ({ text, query_timeout: 5_000 });

/** One connection as one piece of work sees it. */
export class PostgresSession implements Session {
  readonly backend: Backend;
  readonly client: pg.Client;
  /** The work it does now; empty when it is idle. */
  applicationName = "";
  ended = false;
  private readonly version: number;
  private readonly runner: Runner;
  private cancelling: Promise<void> = Promise.resolve();
  private readonly ownTypes = new Map<string, string>();
  private opening: string[] = [];

  constructor(
    connected: Connected,
    private readonly dialect: Dialect,
    private readonly giveBack: (session: PostgresSession, clean: boolean) => void,
  ) {
    this.backend = connected.backend;
    this.client = connected.client;
    this.version = connected.version;
    this.runner = { client: this.client, cancel: () => void this.cancel() };
    this.client.on("end", () => {
      this.ended = true;
    });
  }

  /** Opens the transaction; its statements travel with the first that runs in it. */
  async begin(options: SessionOptions): Promise<void> {
    this.applicationName = options.applicationName;
    this.opening = this.dialect.begin(options, this.version);
  }

  async run(request: RunRequest, sink: RowSink): Promise<RunOutcome> {
    const no = refusal(request.sql);
    if (no) throw new WarehouseError(no);
    const described = await this.describe(request);
    const columns = described ? await this.guard(columnsOf(this.client, described, this.ownTypes)) : [];
    // Once it is known to be right, so that what is wrong with it is said at its place.
    if (request.maximumRows !== undefined && this.dialect.copies) await this.refuseToRead(request, request.maximumRows);
    await sink.columns(columns);
    const limit = request.limit ?? Number.POSITIVE_INFINITY;
    if (!described) return this.checked(portalRows(this.runner, { ...request, limit: null }, null));
    const sql = stripTrailingSemicolon(request.sql, postgresLexis);
    // Bound values go to a portal: the planner sees them, and NULL and every type are themselves.
    if (this.dialect.copies && request.values.length === 0 && isQuery(sql)) {
      const outcome = await this.checked(copyRows(this.runner, sql, limit, sink));
      if (typeof outcome !== "string") return outcome;
      await this.guard(this.client.query("rollback to savepoint sluice"));
      return this.checked(portalRows(this.runner, request, sink, outcome === "too_large"));
    }
    return this.checked(portalRows(this.runner, request, sink));
  }

  private async refuseToRead({ sql, values }: RunRequest, most: number): Promise<void> {
    const found = await estimate(this, { sql, values, limit: null });
    if (found?.rows == null || found.rows <= most) return;
    throw new WarehouseError({ code: "over_rows", message: found.words.join(" ") });
  }

  /** Columns of one statement, by the server's own parse of its text alone; null where it returns none. */
  private async describe(request: RunRequest): Promise<pg.FieldDef[] | null> {
    try {
      // The savepoint is for the one statement that must run twice.
      const before = [...this.opening, ...(this.dialect.copies ? ["savepoint sluice"] : [])];
      this.opening = [];
      const description = await describe(this.client, request.sql, before);
      if (description.parameters !== request.values.length) {
        throw new WarehouseError({
          code: "parameter",
          message: `The statement has ${description.parameters} parameter(s), and ${request.values.length} value(s) were given. Name each as {{name}} and give it a value.`,
        });
      }
      return description.fields;
    } catch (error) {
      throw statementError(error, request.sql);
    }
  }

  /** Whether an answer of the server is outstanding. */
  get busy(): boolean {
    return !(this.client as pg.Client & { readyForQuery: boolean }).readyForQuery;
  }

  /** Asks the server to end what runs. Whatever comes next on this session waits until the request has passed. */
  cancel(): Promise<void> {
    const request = cancelRequest(this.client);
    this.cancelling = Promise.all([this.cancelling, request]).then(() => {});
    return request;
  }

  private async guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw statementError(error, "");
    }
  }

  /** A statement that left our transaction gets no answer, and its session serves nobody else. */
  private async checked<T>(work: Promise<T>): Promise<T> {
    const result = await work;
    await this.cancelling;
    if (this.client.getTransactionStatus() === "I") {
      this.destroy();
      throw new WarehouseError({
        code: "write_refused",
        message: "The statement ended the read-only transaction it ran in. Leave transaction commands out.",
      });
    }
    return result;
  }

  async release(): Promise<void> {
    try {
      if (this.ended) throw new Error("ended");
      await this.cancelling;
      await this.client.query(cleaning("rollback"));
      await this.client.query(cleaning("discard all"));
      this.opening = [];
      this.applicationName = "";
      this.giveBack(this, true);
    } catch {
      this.destroy();
    }
  }

  /** Keeps its name: who confirms the end of its work still asks for that backend. */
  destroy(): void {
    this.ended = true;
    this.giveBack(this, false);
    // A running statement is ended too: the server would notice the closed socket only at its next check.
    void cancelRequest(this.client);
    const { connection } = this.client as pg.Client & { connection: { stream: { destroy(): void } } };
    connection.stream.destroy();
  }
}
