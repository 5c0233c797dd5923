import {
  type Backend,
  type RowSink,
  type RunOutcome,
  type RunRequest,
  type Session,
  type SessionOptions,
  type StatementCost,
  WarehouseError,
} from "@/lib/warehouses/adapter";
import type { Client } from "./client";
import { describe, inText } from "./describe";
import { serviceDetail } from "./errors";
import { cancelJob, getJob, insertJob, type Job, type JobName, mostBilled, type Page, rowsOf } from "./jobs";
import { RowWriter } from "./rows";
import { columnOf, type Field } from "./types";

/** `eu/sluice_01h…`: where the jobs of one piece of work are, and how their names begin. */
export function backendOf(location: string, id: string): Backend {
  return { pid: null, start: `${location}/sluice_${id}` };
}

/** The nth job of a backend, from 0. */
export function jobOf({ start }: Backend, n: number): JobName {
  const [location = "", prefix = ""] = start.split("/");
  return { location, jobId: `${prefix}_${n}` };
}

/** Labels may hold small letters, digits, _ and - only. */
export function labelsOf(applicationName: string): Record<string, string> {
  const id = applicationName
    .replace(/^sluice /, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "_")
    .slice(0, 63);
  return { application: "sluice", sluice_work: id };
}

/** One piece of work's jobs, one after the other. There is no connection to keep: each request stands alone. */
export class BigQuerySession implements Session {
  readonly backend: Backend;
  private options: SessionOptions | null = null;
  private jobs = 0;
  private running: JobName | null = null;
  private readonly ending = new AbortController();

  constructor(
    private readonly client: Client,
    id: string,
  ) {
    this.backend = backendOf(client.config.location, id);
  }

  async begin(options: SessionOptions): Promise<void> {
    this.options = options;
  }

  async run(request: RunRequest, sink: RowSink): Promise<RunOutcome> {
    const { options, client } = this;
    const { sql, values, limit } = request;
    if (!options) throw new Error("the session has not begun");
    const { signal } = this.ending;
    const { job, found } = await describe(client, { sql, values }, options.timeZone, signal);
    const maximumBytes = await this.mayRead(found, request);
    // The service takes 0 for no limit at all.
    if (maximumBytes !== undefined && maximumBytes < 1)
      throw new WarehouseError({ code: "over_bytes", message: "No bytes are left to be read." });
    const name = jobOf(this.backend, this.jobs++);
    this.running = name;
    try {
      const labels = labelsOf(options.applicationName);
      await insertJob(client, name, job, { labels, timeoutMs: options.statementTimeoutMs, maximumBytes }, signal);
      const first = await this.firstPage(name, limit);
      const fields = first.schema?.fields ?? [];
      await sink.columns(fields.map(columnOf));
      const costing = this.costOf(name);
      const outcome = await this.rows(name, first, fields, limit, sink);
      this.running = null;
      return { ...outcome, cost: await costing };
    } catch (error) {
      const why = inText(await this.whyOf(name, error), sql);
      const own = client.config.maximumBytesBilled;
      const asked = maximumBytes !== undefined && (own === null || maximumBytes < own);
      throw asked && why instanceof WarehouseError && why.detail.code === "bytes_limit"
        ? new WarehouseError({ ...why.detail, code: "over_bytes" })
        : why;
    }
  }

  private async mayRead(found: Job, { maximumBytes, reserve }: RunRequest): Promise<number | undefined> {
    if (!reserve) return maximumBytes;
    const own = this.client.config.maximumBytesBilled ?? Number.POSITIVE_INFINITY;
    const most = Math.min(mostBilled(found), maximumBytes ?? Number.POSITIVE_INFINITY, own);
    return (await reserve(Number.isFinite(most) ? most : null)) ?? undefined;
  }

  /** Waits for the job's end; the first rows come with it. */
  private async firstPage(name: JobName, limit: number | null): Promise<Page> {
    for (;;) {
      const page = await rowsOf(this.client, name, { maxResults: limit ?? undefined }, this.ending.signal);
      if (page.jobComplete) return page;
      if (this.ending.signal.aborted) throw new WarehouseError(serviceDetail({ reason: "stopped" }));
    }
  }

  private async rows(name: JobName, first: Page, fields: Field[], limit: number | null, sink: RowSink) {
    const total = Number(first.totalRows ?? 0);
    const wanted = Math.min(total, limit ?? Number.POSITIVE_INFINITY);
    const writer = new RowWriter(fields, sink);
    for (let page = first; ; ) {
      const rows = (page.rows ?? []).slice(0, wanted - writer.written);
      const more = page.pageToken && writer.written + rows.length < wanted ? page.pageToken : undefined;
      // The next page is on its way while this one is written.
      const maxResults = limit === null ? undefined : wanted - writer.written - rows.length;
      const next = more ? rowsOf(this.client, name, { token: more, maxResults }, this.ending.signal) : null;
      next?.catch(() => undefined);
      await writer.write(rows);
      if (!next) break;
      page = await next;
    }
    if (writer.written !== wanted) {
      const message = `BigQuery counts ${wanted} rows and sent ${writer.written}. Nothing of this result is kept; run it again.`;
      throw new WarehouseError({ code: "connection", message });
    }
    return { rowCount: wanted, truncated: total > wanted, path: "job" as const };
  }

  /** What it took, which is known once it has ended. An answer is worth having without it. */
  private async costOf(name: JobName): Promise<StatementCost | undefined> {
    const job = await getJob(this.client, name).catch(() => null);
    return job ? cost(job) : undefined;
  }

  /** The job's own error where it has one: a request for its rows says less. What still runs is ended. */
  private async whyOf(name: JobName, error: unknown): Promise<unknown> {
    if (!(error instanceof WarehouseError) || error.detail.code === "connection" || error.detail.code === "storage") {
      void cancelJob(this.client, name).catch(() => undefined);
      return error;
    }
    const job = await getJob(this.client, name, true).catch(() => null);
    const failed = job?.status?.errorResult;
    return failed ? new WarehouseError(serviceDetail(failed)) : error;
  }

  async release(): Promise<void> {
    this.options = null;
  }

  destroy(): void {
    this.ending.abort();
    if (this.running) void cancelJob(this.client, this.running).catch(() => undefined);
  }
}

export function cost({ statistics }: Job): StatementCost {
  const query = statistics?.query;
  return {
    bytesProcessed: Number(query?.totalBytesProcessed ?? statistics?.totalBytesProcessed ?? 0),
    bytesBilled: Number(query?.totalBytesBilled ?? 0),
    slotMs: Number(query?.totalSlotMs ?? 0),
    cached: query?.cacheHit ?? false,
  };
}
