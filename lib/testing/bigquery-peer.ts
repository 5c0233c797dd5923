import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A scripted HTTP peer, not BigQuery: it answers as the public reference of the REST API v2 describes jobs.insert,
 * jobs.get, jobs.cancel, jobs.list, jobs.getQueryResults and datasets.list, and Google's token endpoint. It is for what
 * the emulator has not: jobs that run for a while and are cancelled, bytes, limits, refusals and silences.
 */
export interface BigQueryPeer {
  endpoint: string;
  /** What its statements are, in words of the reference; one that is not named here answers one row. */
  script: Record<string, Script>;
  /** The same for statements that are known by a part of them. */
  scriptOf: (sql: string) => Script | undefined;
  datasets: { datasetReference: { datasetId: string }; location: string }[];
  jobs: Map<string, PeerJob>;
  /** Every request so far, as `POST /jobs`. */
  requests: { line: string; query: URLSearchParams; body: Body; authorization: string | undefined }[];
  /** Answers to the next requests of a line, one each. `own` is its own; `lost` acts, and hangs up. */
  next(line: string, ...answers: (Refusal | "own" | "lost")[]): void;
  /** Ends a job that runs. */
  finish(): void;
  /** Resolves once a job runs. */
  running(): Promise<void>;
  /** The token endpoint's answer; null gives a token. */
  token: { status: number; body: object } | null;
  /** Breaks every connection and answers no more. */
  close(): Promise<void>;
}

export interface Script {
  /** What the dry run says of it. */
  statementType?: string;
  bytes?: number;
  /** How well its dry run knows them: PRECISE unless said. */
  accuracy?: string;
  undeclared?: { name: string; parameterType: object }[];
  referencedTables?: object[];
  /** Runs until `finish`. */
  slow?: boolean;
  /** The error that its dry run answers with, or its job. */
  refused?: ServiceError;
  failed?: ServiceError;
  fields?: object[];
  rows?: unknown[][];
  /** Rows of a page. */
  pageSize?: number;
  /** What it says there are, where that is not true. */
  totalRows?: number;
}

interface ServiceError {
  reason: string;
  message: string;
}

interface Refusal {
  status: number;
  reason: string;
  message?: string;
  retryAfter?: number;
}

type Body = Record<string, unknown> & {
  jobReference?: { jobId?: string; location?: string };
  configuration?: Configuration;
};

interface Configuration {
  dryRun?: boolean;
  labels?: Record<string, string>;
  jobTimeoutMs?: string;
  query: { query: string; queryParameters?: unknown[]; maximumBytesBilled?: string; connectionProperties?: object[] };
}

export interface PeerJob {
  id: string;
  location: string;
  configuration: Configuration;
  state: "PENDING" | "RUNNING" | "DONE";
  error: ServiceError | null;
  /** Of a job that somebody else has put there. */
  user?: string;
  startedAt?: number;
  slotMs?: number;
}

const usual: Required<Pick<Script, "fields" | "rows">> = { fields: [{ name: "n", type: "INTEGER" }], rows: [["1"]] };

export async function startPeer(): Promise<BigQueryPeer> {
  const queued = new Map<string, (Refusal | "own" | "lost")[]>();
  let waiting: (() => void)[] = [];
  const runs = Promise.withResolvers<void>();
  const changed = () => {
    for (const wake of waiting) wake();
    waiting = [];
  };
  const scriptOf = (sql: string): Script => ({ ...usual, ...(peer.script[sql] ?? peer.scriptOf(sql)) });

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const peer: BigQueryPeer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    script: {},
    scriptOf: () => undefined,
    datasets: [],
    jobs: new Map(),
    requests: [],
    token: null,
    next: (line, ...answers) => void queued.set(line, answers),
    finish() {
      for (const job of peer.jobs.values()) job.state = "DONE";
      changed();
    },
    running: () => runs.promise,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? "", peer.endpoint);
    const text: Buffer[] = [];
    for await (const chunk of request) text.push(chunk as Buffer);
    const json = (body: object, status = 200) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (pathname === "/token")
      return peer.token ? json(peer.token.body, peer.token.status) : json({ access_token: "token", expires_in: 3600 });
    const path = pathname.replace(/^\/bigquery\/v2\/projects\/[^/]+/, "");
    const line = `${request.method} ${path.replace(/\/(jobs|queries)\/[^/]+/, "/$1/{id}")}`;
    const body = JSON.parse(Buffer.concat(text).toString() || "{}") as Body;
    peer.requests.push({ line, query, body, authorization: request.headers.authorization });
    const instead = queued.get(line)?.shift();
    if (typeof instead === "object") {
      if (instead.retryAfter !== undefined) response.setHeader("retry-after", String(instead.retryAfter));
      return json(...refusal(instead.status, { message: "Not now.", ...instead }));
    }
    const gone = () => request.socket.destroyed;
    const [status, said] = await act(line, path, query, body, gone);
    if (instead === "lost") return void request.socket.destroy();
    json(said, status);
  }

  async function act(
    line: string,
    path: string,
    query: URLSearchParams,
    body: Body,
    gone: () => boolean,
  ): Promise<[number, object]> {
    const id = /^\/(?:jobs|queries)\/([^/]+)/.exec(path)?.[1] ?? "";
    const found = peer.jobs.get(id);
    // A job is found in its own location only.
    const job = found && query.get("location") === found.location ? found : undefined;
    const missing = () => swap(refusal(404, { reason: "notFound", message: `Not found: Job demo:${id}` }));
    switch (line) {
      case "POST /jobs":
        return insert(body);
      case "GET /jobs":
        return [200, { jobs: [...peer.jobs.values()].filter((one) => one.state !== "DONE").map(listed) }];
      case "GET /jobs/{id}":
        return job ? [200, described(job)] : missing();
      case "POST /jobs/{id}/cancel":
        if (!job) return missing();
        if (job.state !== "DONE")
          job.error = { reason: "stopped", message: "Job execution was cancelled: User requested cancellation" };
        job.state = "DONE";
        changed();
        return [200, { job: described(job) }];
      case "GET /queries/{id}":
        return job ? rows(job, query, gone) : missing();
      case "GET /datasets":
        return [200, { datasets: peer.datasets }];
      default:
        return swap(refusal(404, { reason: "notFound", message: `${line} is not in the script.` }));
    }
  }

  function insert(body: Body): [number, object] {
    const configuration = body.configuration as Configuration;
    const sql = configuration.query.query;
    const script = scriptOf(sql);
    if (script.refused) return swap(refusal(400, script.refused));
    if (configuration.dryRun) return [200, dried(script, configuration)];
    const { jobId = "", location = "" } = body.jobReference ?? {};
    if (peer.jobs.has(jobId))
      return swap(refusal(409, { reason: "duplicate", message: `Already Exists: Job demo:${jobId}` }));
    const job: PeerJob = {
      id: jobId,
      location,
      configuration,
      state: script.slow ? "RUNNING" : "DONE",
      error: script.failed ?? overBilled(script, configuration),
    };
    peer.jobs.set(jobId, job);
    if (script.slow) runs.resolve();
    return [200, described(job)];
  }

  function dried(script: Script, { query }: Configuration): object {
    const bytes = String(script.bytes ?? 0);
    return {
      status: { state: "DONE" },
      statistics: {
        totalBytesProcessed: bytes,
        query: {
          statementType: script.statementType ?? "SELECT",
          totalBytesProcessed: bytes,
          totalBytesProcessedAccuracy: script.accuracy ?? "PRECISE",
          ...(script.referencedTables ? { referencedTables: script.referencedTables } : {}),
          ...(query.queryParameters ? {} : { undeclaredQueryParameters: script.undeclared ?? [] }),
        },
      },
    };
  }

  /** What it bills is what it reads here. */
  function overBilled({ bytes = 0 }: Script, { query: { maximumBytesBilled: most } }: Configuration) {
    if (most === undefined || bytes <= Number(most)) return null;
    const message = `Query exceeded limit for bytes billed: ${most}. ${bytes} or higher required.`;
    return { reason: "bytesBilledLimitExceeded", message };
  }

  function described(job: PeerJob): object {
    const bytes = String(scriptOf(job.configuration.query.query).bytes ?? 0);
    const took = { totalBytesProcessed: bytes, totalBytesBilled: bytes, totalSlotMs: "1200", cacheHit: false };
    return {
      jobReference: { projectId: "demo", jobId: job.id, location: job.location },
      status: { state: job.state, ...(job.error && job.state === "DONE" ? { errorResult: job.error } : {}) },
      statistics: { totalBytesProcessed: bytes, query: job.state === "DONE" ? took : {} },
    };
  }

  /** As projection=full has it. */
  const listed = ({ id, location, state, configuration, user, startedAt = Date.now(), slotMs = 0 }: PeerJob) => ({
    id: `demo:${location}.${id}`,
    ...{ jobReference: { projectId: "demo", jobId: id, location }, state, configuration },
    user_email: user ?? "reader@demo.iam.gserviceaccount.com",
    statistics: { startTime: String(startedAt), totalSlotMs: String(slotMs) },
  });

  async function rows(job: PeerJob, query: URLSearchParams, gone: () => boolean): Promise<[number, object]> {
    const until = Date.now() + Math.min(Number(query.get("timeoutMs") ?? 10_000), 500);
    while (job.state !== "DONE" && Date.now() < until && !gone())
      await Promise.race([
        new Promise<void>((wake) => waiting.push(wake)),
        new Promise((wake) => setTimeout(wake, 50)),
      ]);
    if (job.state !== "DONE") return [200, { jobComplete: false }];
    if (job.error) return swap(refusal(400, job.error));
    const script = scriptOf(job.configuration.query.query);
    const all = script.rows ?? [];
    const from = Number(query.get("pageToken") ?? 0);
    const size = Math.min(script.pageSize ?? all.length, Number(query.get("maxResults") ?? Number.POSITIVE_INFINITY));
    const page = all.slice(from, from + size);
    return [
      200,
      {
        jobComplete: true,
        schema: { fields: script.fields },
        totalRows: String(script.totalRows ?? all.length),
        rows: page.map((row) => ({ f: row.map((v) => ({ v })) })),
        ...(from + size < all.length ? { pageToken: String(from + size) } : {}),
      },
    ];
  }

  return peer;
}

function refusal(code: number, { reason, message = "" }: { reason: string; message?: string }): [object, number] {
  const errors = [{ domain: "global", reason, message }];
  return [{ error: { code, message, errors, status: reason } }, code];
}

const swap = ([body, status]: [object, number]): [number, object] => [status, body];
