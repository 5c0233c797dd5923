import { mkdir, rm, symlink } from "node:fs/promises";
import path from "node:path";
import type { Writable } from "node:stream";
import {
  type Backend,
  type Column,
  type OpenTable,
  type RowSink,
  type RunOutcome,
  type RunRequest,
  type Session,
  type SessionOptions,
  type TableName,
  type Tables,
  WarehouseError,
} from "@/lib/warehouses/adapter";
import { TextSink } from "@/lib/warehouses/text-sink";
import type { SandboxChild } from "./child";
import { ColumnsSink } from "./columns-sink";
import type { FromChild, ToChild } from "./requests";

const ended = new WarehouseError({
  code: "out_of_memory",
  message:
    "The statement took more memory than there is for one, and was ended. Filter earlier, aggregate before joining, or take fewer and shorter columns.",
});

/** Rows in a file of a session's own. */
export interface KeptRows {
  file: string;
  columns: Column[];
  rows: number;
}

/** One child, for the statements of one piece of work. */
export class DuckDbSession implements Session {
  readonly backend: Backend;
  applicationName = "";
  private timeZone = "UTC";
  private deadlineMs = 0;
  private timedOut = false;
  private statements = 0;

  constructor(
    private readonly child: SandboxChild,
    private readonly tables: Tables,
  ) {
    this.backend = child.backend;
  }

  async begin(options: SessionOptions): Promise<void> {
    this.applicationName = options.applicationName;
    this.timeZone = options.timeZone;
    this.deadlineMs = options.statementTimeoutMs;
  }

  /** @throws WarehouseError */
  run(request: RunRequest, sink: RowSink): Promise<RunOutcome> {
    return this.perform(request, sink, this.tables);
  }

  /**
   * Keeps a query's rows in a Parquet file, which goes with the session.
   * @param tables what it reads in place of the session's own
   * @throws WarehouseError
   */
  async keep(request: Pick<RunRequest, "sql" | "values">, tables?: Tables): Promise<KeptRows> {
    const file = path.join(this.child.folder, `rows-${this.statements}.parquet`);
    const sink = new ColumnsSink();
    const { rowCount } = await this.perform({ ...request, limit: null, into: file }, sink, tables ?? this.tables);
    return { file, columns: sink.found, rows: rowCount };
  }

  /** The rows of a short answer, as JSON has them. */
  async ask<Row>(sql: string, tables: Tables): Promise<Row[]> {
    const sink = new TextSink();
    const rows = `SELECT to_json(q)::VARCHAR FROM (\n${sql}\n) AS q`;
    await this.perform({ sql: rows, values: [], limit: null }, sink, tables);
    return sink.cells().map((cell) => JSON.parse(cell) as Row);
  }

  private async perform(request: RunRequest & { into?: string }, sink: RowSink, tables: Tables): Promise<RunOutcome> {
    const links = path.join(this.child.folder, "links", String(this.statements++));
    // DuckDB does not always heed an interrupt.
    const deadline = setTimeout(() => {
      this.timedOut = true;
      this.child.process.kill("SIGKILL");
    }, this.deadlineMs);
    const statement = new Running(this.child, tables, links, sink);
    try {
      const { sql, values, limit, into } = request;
      const to = into === undefined ? {} : { into };
      return await statement.run({ kind: "statement", sql, values, limit, timeZone: this.timeZone, ...to });
    } catch (error) {
      if (!this.timedOut) throw error;
      const seconds = Math.round(this.deadlineMs / 1000);
      const message = `The statement took longer than the ${seconds} s that this warehouse allows, and was stopped.`;
      throw new WarehouseError({ code: "timeout", message });
    } finally {
      clearTimeout(deadline);
      statement.release();
      await rm(links, { recursive: true, force: true });
    }
  }

  /** A child serves one person's piece of work, and nobody after. */
  async release(): Promise<void> {
    await this.end();
  }

  destroy(): void {
    void this.end();
  }

  /** Resolves when the process is gone. */
  async end(): Promise<void> {
    this.child.process.kill("SIGKILL");
    await this.child.gone;
  }
}

/** One statement under way: what the child asks is answered, what it sends goes on. */
class Running {
  private let: (() => void)[] = [];
  private opened = 0;
  private received = 0;
  private waiting: Buffer[] = [];
  private held = 0;
  private out: Writable | null = null;
  private readonly drained = new Set<() => void>();

  constructor(
    private readonly child: SandboxChild,
    private readonly tables: Tables,
    private readonly links: string,
    private readonly sink: RowSink,
  ) {}

  release(): void {
    for (const letGo of this.let) letGo();
    this.let = [];
  }

  async run(request: ToChild): Promise<RunOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<RunOutcome>();
    const onMessage = (message: FromChild) => {
      this.answer(message).then((outcome) => outcome && resolve(outcome), reject);
    };
    const onRows = (rows: Buffer) => this.pass(rows, reject);
    const { process, rows, gone } = this.child;
    process.on("message", onMessage);
    rows.on("data", onRows);
    void gone.then(() => reject(ended));
    try {
      this.say(request);
      return await promise;
    } finally {
      process.off("message", onMessage);
      rows.off("data", onRows);
    }
  }

  private async answer(message: FromChild): Promise<RunOutcome | null> {
    switch (message.kind) {
      case "names":
        this.say({ kind: "tables", tables: await this.open(message.names) });
        return null;
      case "columns":
        await this.sink.columns(message.columns);
        this.say({ kind: "go" });
        return null;
      case "cell": {
        const { row, column, value } = message;
        this.rowsOut();
        this.say({ kind: "cell", text: await this.sink.largeCell(row, column, Buffer.from(value)) });
        return null;
      }
      case "done": {
        while (this.received < message.bytes) await new Promise<void>((arrived) => this.drained.add(arrived));
        this.rowsOut();
        return { rowCount: message.rowCount, truncated: message.truncated, path: "cursor" };
      }
      case "failed":
        throw new WarehouseError(message.error);
      default:
        return null;
    }
  }

  private say(message: ToChild): void {
    // One that is gone answers by its end.
    this.child.process.send(message, () => undefined);
  }

  private rowsOut(): Writable {
    this.out ??= this.sink.open(false);
    return this.out;
  }

  /** Whole pieces go on as they are; of one that is not all here yet the beginning waits. */
  private pass(chunk: Buffer, fail: (error: Error) => void): void {
    this.waiting.push(chunk);
    this.held += chunk.length;
    for (;;) {
      if (this.held < 4) break;
      let all = this.waiting[0] as Buffer;
      if (all.length < 4) {
        all = Buffer.concat(this.waiting);
        this.waiting = [all];
      }
      const length = all.readUInt32LE();
      if (this.held < 4 + length) break;
      all = Buffer.concat(this.waiting);
      this.send(all.subarray(4, 4 + length), fail);
      this.waiting = [all.subarray(4 + length)];
      this.held -= 4 + length;
    }
  }

  private send(piece: Buffer, fail: (error: Error) => void): void {
    const out = this.rowsOut();
    this.received += piece.length;
    if (out.listenerCount("error") === 0) out.once("error", fail);
    if (!out.write(piece)) {
      this.child.rows.pause();
      out.once("drain", () => this.child.rows.resume());
    }
    for (const arrived of this.drained) arrived();
    this.drained.clear();
  }

  /** Checks each name now, and puts the files of those that are allowed where the child may read. */
  private async open(names: TableName[]): Promise<(OpenTable | string)[]> {
    const { tables, release } = await this.tables.open(names);
    this.let.push(release);
    const read = tables.flatMap((table) => (typeof table !== "string" && table.execution ? [table.execution] : []));
    if (read.length > 0) await this.sink.reads?.([...new Set(read)]);
    await mkdir(this.links, { recursive: true, mode: 0o700 });
    const linked: (OpenTable | string)[] = [];
    for (const table of tables) {
      if (typeof table === "string") linked.push(table);
      else linked.push({ ...table, files: await this.link(this.opened++, table.files) });
    }
    return linked;
  }

  private async link(table: number, files: string[]): Promise<string[]> {
    const links = files.map((_, n) => path.join(this.links, `${table}-${n}.parquet`));
    for (const [n, link] of links.entries()) await symlink(path.resolve(files[n] ?? ""), link);
    return links;
  }
}
