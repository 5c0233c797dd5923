import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { DayFound } from "@/lib/gate/hold";
import {
  type End,
  endStatement,
  lookAt,
  recordSources,
  reserveBytes,
  type StartedStatement,
  showHead,
} from "@/lib/gate/lease";
import { logger } from "@/lib/platform/logger";
import { tracing } from "@/lib/platform/tracing";
import { createResultWriter, type ResultWriter } from "@/lib/results/writer";
import { type Column, type RowSink, type Session, WarehouseError } from "@/lib/warehouses/adapter";
import { type Allowance, readTooMuch, readTooMuchToday, tookTooLong, tooLarge, wouldReadTooMuch } from "../allowance";
import type { RunningWork } from "../running-work";

const lookEveryMs = 500;

/** How a statement went: whether the batch goes on, and whether this process still holds the lease. */
export type Went = "on" | "over" | "lost";

/** Runs one statement that is `running` already, and ends it truthfully whatever happens. */
export async function runStatement(
  running: RunningWork,
  session: Session,
  statement: StartedStatement,
  allowance: Allowance,
): Promise<Went> {
  const { storedBytes } = allowance;
  const result = new ArrivingResult(running.work.lease, statement, storedBytes?.value ?? null, () => {
    if (storedBytes) running.stop({ kind: "failed", error: tooLarge(storedBytes) });
  });
  const deadline = setTimeout(
    () => {
      running.stop({ kind: "failed", error: tookTooLong(allowance) });
    },
    allowance.seconds * 1_000 + 1_000,
  );
  let day: DayFound | null = null;
  const reserve = async (most: number | null) => {
    const kept = await reserveBytes(running.work.lease, statement.id, most);
    day = kept?.limit ?? null;
    // Without the lease its end is somebody else's, and it reads nothing.
    return kept ? kept.bytes : 0;
  };
  let seen = 0;
  const look = setInterval(() => {
    const rows = result.rows > seen ? result.rows : null;
    seen = result.rows;
    lookAt(running.work.lease, statement.id, rows)
      .then((state) => {
        if (state === "cancelling") running.stop({ kind: "cancelled" });
        // Not when it has ended here meanwhile: then nobody looks any more.
        if (state === null && !result.ended) running.stop({ kind: "lost" });
      })
      .catch(() => undefined);
  }, lookEveryMs);
  try {
    const request = {
      sql: statement.sql,
      values: statement.values,
      limit: statement.rowLimit,
      maximumBytes: allowance.bytesPerQuery?.value,
      reserve: allowance.byDay ? reserve : undefined,
      maximumRows: allowance.rowsRead?.value,
    };
    const outcome = await running.during(session.run(request, result));
    // All rows were there before the stop: they are too many all the same.
    if (storedBytes && result.tooLarge) throw new WarehouseError(tooLarge(storedBytes));
    const end = await result.finish(outcome.rowCount, outcome.path === "command");
    result.ended = true;
    end.truncated = outcome.truncated;
    end.limitedBy = outcome.truncated ? "limit" : null;
    end.cost = outcome.cost ?? null;
    return await finish(running, statement.id, end, result.head, result);
  } catch (error) {
    result.ended = true;
    await result.abort();
    const end = await endOf(running, error);
    if (!end) return "lost";
    return await finish(
      running,
      statement.id,
      { ...byLimit(end, allowance, day), columns: result.known, firstRowMs: result.firstRowMs },
      null,
      result,
    );
  } finally {
    clearTimeout(deadline);
    clearInterval(look);
  }
}

/** A stop by the warehouse itself, in the words of the limit that it kept for us. */
function byLimit(end: End, allowance: Allowance, day: DayFound | null): End {
  const { error } = end;
  if (!error) return end;
  if (error.code === "timeout" && allowance.secondsBy) return { ...end, error: tookTooLong(allowance) };
  if (error.code === "over_rows" && allowance.rowsRead)
    return { ...end, error: wouldReadTooMuch(error, allowance.rowsRead) };
  if (error.code === "over_bytes" && day) return { ...end, error: readTooMuchToday(error, day) };
  if (error.code === "over_bytes" && allowance.bytesPerQuery)
    return { ...end, error: readTooMuch(error, allowance.bytesPerQuery) };
  return end;
}

async function finish(
  running: RunningWork,
  id: string,
  end: End,
  head: Buffer | null,
  result: ArrivingResult,
): Promise<Went> {
  tracing()?.note({ state: end.state, rows: end.rowCount, error: end.error?.code }, end.error?.code);
  if (!(await endStatement(running.work.lease, id, end, head))) {
    // Whoever took over has ended it; what was stored here belongs to no statement.
    await result.abort();
    return "lost";
  }
  return end.state === "succeeded" && !running.cause ? "on" : "over";
}

/** What the failure means. Null: the lease is lost, and there is nothing of ours to write. */
export async function endOf(running: RunningWork, error: unknown): Promise<End | null> {
  const { cause } = running;
  if (!cause) return { state: "failed", error: detailOf(error) };
  const gone = await running.confirmGone();
  if (cause.kind === "lost") return null;
  if (!gone) {
    const message =
      "A stop was asked for, but the warehouse did not confirm it. Ask an admin to look for the session there.";
    return { state: "failed", error: { code: "connection", message } };
  }
  return cause.kind === "cancelled" ? { state: "cancelled" } : { state: "failed", error: cause.error };
}

export function detailOf(error: unknown): NonNullable<End["error"]> {
  if (error instanceof WarehouseError) return error.detail;
  logger.error({ error: error instanceof Error ? error.stack : String(error) }, "statement failed inside Sluice");
  return {
    code: "internal",
    message: "Something went wrong inside Sluice. Run it again; if it happens again, tell an admin.",
  };
}

/** The rows of one statement on their way from the warehouse into the store. */
class ArrivingResult implements RowSink {
  known: Column[] | null = null;
  rows = 0;
  head: Buffer | null = null;
  firstRowMs: number | null = null;
  ended = false;
  private writer: ResultWriter | null = null;
  private out: Writable | null = null;
  private restarting: Promise<void> = Promise.resolve();
  private bytes = 0;
  private readonly startedAt = performance.now();

  constructor(
    private readonly lease: string,
    private readonly statement: StartedStatement,
    /** Bytes of rows, as they come, at most. */
    private readonly most: number | null,
    private readonly onTooLarge: () => void,
  ) {}

  reads(executions: string[]): Promise<void> {
    return recordSources(this.lease, this.statement.id, executions);
  }

  columns(columns: Column[]): void {
    this.known = columns;
    this.writer = createResultWriter({
      statementId: this.statement.id,
      lease: this.lease,
      timeZone: this.statement.timeZone,
      columns,
      onHead: (head, rows) => showHead(this.lease, this.statement.id, columns, head, rows),
      onProgress: (rows) => {
        this.rows = rows;
      },
    });
  }

  open(restarted: boolean): Writable {
    const writer = this.opened();
    this.firstRowMs ??= performance.now() - this.startedAt;
    if (!restarted) {
      this.out = this.counted(writer.sink());
      return this.out;
    }
    this.bytes = 0;
    this.rows = 0;
    this.restarting = writer.restart();
    this.out = this.counted(after(this.restarting, () => writer.sink()));
    return this.out;
  }

  get tooLarge(): boolean {
    return this.most !== null && this.bytes > this.most;
  }

  /** Counts what goes through, where there is a limit. */
  private counted(into: Writable): Writable {
    if (this.most === null) return into;
    const counting: Writable = new Writable({
      write: (chunk: Buffer, encoding, done) => {
        this.bytes += chunk.length;
        if (this.tooLarge) this.onTooLarge();
        into.write(chunk, encoding, done);
      },
      final: (done) => void into.end(() => done()),
    });
    into.on("error", (error) => counting.destroy(error));
    return counting;
  }

  async largeCell(row: number, column: number, value: Buffer): Promise<string> {
    await this.restarting;
    return this.opened().largeCell(row, column, value);
  }

  async finish(expected: number, command: boolean): Promise<End> {
    if (command) return { state: "succeeded", columns: this.known, rowCount: expected, headRows: 0 };
    if (this.out) {
      // The engine has said its last word; rows may still stand between it and the store.
      const through = finished(this.out);
      if (!this.out.writableEnded) this.out.end();
      // What went wrong on the way the writer knows, and says below.
      await through.catch(() => undefined);
    }
    const { head, ...stored } = await this.opened().finish(expected);
    this.head = head;
    return { state: "succeeded", columns: this.known, rowCount: expected, firstRowMs: this.firstRowMs, ...stored };
  }

  async abort(): Promise<void> {
    await this.writer
      ?.abort()
      .catch((error: Error) => logger.warn({ error: error.message }, "result not cleared away"));
  }

  private opened(): ResultWriter {
    if (!this.writer) throw new Error("rows came before their columns");
    return this.writer;
  }
}

/** A stream at once, for one that is there only after `ready`. */
function after(ready: Promise<void>, make: () => Writable): Writable {
  const inner = ready.then(make);
  const outer: Writable = new Writable({
    write: (chunk, encoding, done) => void inner.then((stream) => stream.write(chunk, encoding, done), done),
    final: (done) => void inner.then((stream) => stream.end(() => done()), done),
  });
  inner.then((stream) => stream.on("error", (error) => outer.destroy(error))).catch((error) => outer.destroy(error));
  return outer;
}
