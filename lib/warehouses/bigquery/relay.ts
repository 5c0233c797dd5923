import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Relay, RelayCounts, RelayRequest } from "@/lib/gate/relay";
import { RelayEnd } from "@/lib/gate/relay-end";
import { endWithinMs, isPassword, listen, newPassword } from "@/lib/gate/relay-listener";
import { newId } from "@/lib/platform/ids";
import { type Backend, WarehouseError } from "@/lib/warehouses/adapter";
import type { Client } from "./client";
import { stop } from "./control";
import { statusOf } from "./errors";
import { BytesOfJobs } from "./job-bytes";
import { getJob, type Job, type JobName } from "./jobs";
import { backendOf, jobOf, labelsOf } from "./session";

/**
 * A stage's way to BigQuery: an address that takes the few requests of a query's job, adds the authorisation, and gives each job
 * a name of ours, so that whoever takes over finds and ends it. Everything else of the API is refused.
 */

const mostBytes = 8 << 20;
const table = z.object({ projectId: z.string(), datasetId: z.string(), tableId: z.string() });
const reading = {
  query: z.string().min(1),
  useLegacySql: z.literal(false),
  parameterMode: z.string().optional(),
  queryParameters: z.array(z.unknown()).optional(),
  connectionProperties: z.array(z.unknown()).optional(),
  maximumBytesBilled: z.string().regex(/^\d+$/).optional(),
  useQueryCache: z.boolean().optional(),
  priority: z.string().optional(),
};
const writing = {
  destinationTable: table.optional(),
  writeDisposition: z.string().optional(),
  createDisposition: z.string().optional(),
  timePartitioning: z.unknown().optional(),
  clustering: z.unknown().optional(),
};
const insertOf = (query: z.ZodType) =>
  z.strictObject({
    configuration: z.strictObject({
      dryRun: z.boolean().optional(),
      labels: z.record(z.string(), z.string()).optional(),
      jobTimeoutMs: z.string().optional(),
      query,
    }),
  });
const inserts = {
  reader: insertOf(z.strictObject(reading)),
  writer: insertOf(z.strictObject({ ...reading, ...writing })),
};

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

class BigQueryRelay {
  readonly user = "sluice";
  readonly password = newPassword();
  readonly counts: RelayCounts = { connections: 0, open: 0, bytesUp: 0, bytesDown: 0 };
  private readonly backend: Backend;
  /** Those that have not been seen to end. */
  private readonly running = new Map<string, JobName>();
  private readonly ours = new Set<string>();
  private readonly bytes: BytesOfJobs;
  private jobs = 0;
  /** One insert after the other: names are counted up without a gap, which is how they are found again. */
  private turn: Promise<unknown> = Promise.resolve();
  readonly cut = new RelayEnd(() => this.endAll());
  /** As the relay says it. */
  away: string | null = null;

  constructor(
    private readonly client: Client,
    private readonly request: RelayRequest,
  ) {
    this.backend = backendOf(client.config.location, newId());
    this.bytes = new BytesOfJobs(client, request.bytes);
  }

  async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, body: object) => {
      const text = JSON.stringify(body);
      this.counts.bytesDown += Buffer.byteLength(text);
      response.writeHead(status, { "content-type": "application/json" }).end(text);
    };
    try {
      const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
      if (!isPassword(given, this.password))
        throw new Refusal(401, "authError", "The password is wrong: use the one that this attempt was given.");
      if (this.cut.because !== null) throw new Refusal(403, "stopped", this.cut.because);
      this.counts.connections += 1;
      say(200, await this.answer(request));
    } catch (error) {
      if (error instanceof WarehouseError && error.away) this.away ??= error.message;
      const { status, reason, message } = refusalOf(error);
      say(status, { error: { code: status, message, errors: [{ reason, message }] } });
    }
  }

  private async answer(request: IncomingMessage): Promise<object> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://relay");
    const path = pathname.replace(`/bigquery/v2/projects/${this.client.config.project}`, "");
    const line = `${request.method} ${path.replace(/^\/(jobs|queries)\/[^/]+/, "/$1/{id}")}`;
    if (line === "POST /jobs") return this.insert(await this.bodyOf(request));
    const id = /^\/(?:jobs|queries)\/([^/]+)/.exec(path)?.[1] ?? "";
    const known = ["GET /jobs/{id}", "GET /queries/{id}", "POST /jobs/{id}/cancel"].includes(line);
    if (!known)
      throw new Refusal(403, "accessDenied", `Stages cannot ask BigQuery for ${line}: only for jobs that run SQL.`);
    if (!this.ours.has(id)) throw new Refusal(404, "notFound", `This stage has no job ${id}.`);
    const query = { ...Object.fromEntries(searchParams), location: this.client.config.location };
    const method = request.method === "POST" ? "POST" : "GET";
    const asked = { method, path, query, ...(method === "POST" ? { body: {} } : {}) } as const;
    const answer = await this.client.call<Job & { jobComplete?: boolean }>(asked).catch((error: unknown) => {
      const words = error instanceof WarehouseError && error.detail.code === "bytes_limit" && this.bytes.limitOf(id);
      if (!words) throw error;
      this.ended(id);
      throw overBytes(words);
    });
    if (answer.status?.state === "DONE" || answer.jobComplete) this.ended(id);
    const failed = answer.status?.errorResult;
    if (failed?.reason === overBytesReason) failed.message = this.bytes.limitOf(id) ?? failed.message ?? "";
    return answer;
  }

  private async bodyOf(request: IncomingMessage): Promise<unknown> {
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of request) {
      bytes += (part as Buffer).length;
      if (bytes > mostBytes) throw new Refusal(413, "invalid", "The request is longer than 8 MiB.");
      parts.push(part as Buffer);
    }
    this.counts.bytesUp += bytes;
    try {
      return JSON.parse(Buffer.concat(parts).toString("utf8"));
    } catch {
      throw new Refusal(400, "parseError", "The request is no JSON.");
    }
  }

  private insert(body: unknown): Promise<Job> {
    const mine = this.turn.then(() => this.start(body));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async start(body: unknown): Promise<Job> {
    const { role, applicationName } = this.request;
    const parsed = inserts[role].safeParse(body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = issue?.path.join(".") || "the request";
      throw new Refusal(400, "invalid", `${where}: ${issue?.message}. A ${role} starts jobs of GoogleSQL only.`);
    }
    const { configuration } = parsed.data;
    const { project: projectId, location } = this.client.config;
    const own = this.ownMost(configuration.query);
    const post = (jobReference: object, more: object, most: number) => {
      const billed = Number.isFinite(most) ? { maximumBytesBilled: String(most) } : {};
      const query = { ...(configuration.query as Record<string, unknown>), ...billed };
      const body = { jobReference, configuration: { ...configuration, ...more, query } };
      return this.client.call<Job>({ method: "POST", path: "/jobs", body });
    };
    let dry: Job | null = null;
    if (configuration.dryRun || role === "reader" || this.bytes.wantsEstimate) {
      dry = await post({ projectId, location }, { dryRun: true }, own);
      if (configuration.dryRun) return dry;
    }
    if (dry && role === "reader") {
      const kind = dry.statistics?.query?.statementType ?? "A statement of an unknown kind";
      if (kind !== "SELECT")
        throw new Refusal(403, "accessDenied", `${kind} is not possible here: a reader only reads.`);
    }
    if (this.cut.because !== null) throw new Refusal(403, "stopped", this.cut.because);
    await this.refuseMore();
    const name = jobOf(this.backend, this.jobs);
    await this.record();
    const most = await this.bytes.enter(name, dry, own).catch(unrecorded);
    // The service takes 0 for no limit at all.
    if (most < 1) {
      await this.bytes.forget(name);
      throw overBytes(this.bytes.limitOf(name.jobId) ?? "No bytes are left to be read.");
    }
    const labels = { ...configuration.labels, ...labelsOf(applicationName) };
    try {
      await post({ projectId, ...name }, { labels }, most);
    } catch (error) {
      // It may be there all the same: an answer was lost on its way, or this was the second try.
      const there =
        statusOf(error) === 409 || statusOf(error) === null ? await getJob(this.client, name).catch(() => null) : null;
      if (!there) {
        await this.bytes.forget(name);
        throw error;
      }
    }
    this.jobs += 1;
    this.ours.add(name.jobId);
    this.running.set(name.jobId, name);
    this.counts.open = this.running.size;
    return { jobReference: { projectId, ...name }, status: { state: "RUNNING" } } as Job;
  }

  /** The smaller of what the warehouse allows and what the stage asks for. */
  private ownMost(query: unknown): number {
    const asked = Number((query as { maximumBytesBilled?: string }).maximumBytesBilled ?? Number.POSITIVE_INFINITY);
    return Math.min(asked, this.client.config.maximumBytesBilled ?? Number.POSITIVE_INFINITY);
  }

  private async refuseMore(): Promise<void> {
    const { maxConnections } = this.request;
    if (this.running.size < maxConnections) return;
    for (const [id, name] of this.running)
      if ((await getJob(this.client, name))?.status?.state === "DONE") this.ended(id);
    if (this.running.size >= maxConnections)
      throw new Refusal(
        429,
        "rateLimitExceeded",
        `This stage may have ${maxConnections} job(s) at once, and they run. Wait for one first.`,
      );
  }

  private async record(): Promise<void> {
    try {
      await this.request.onBackend(this.backend);
    } catch {
      unrecorded();
    }
  }

  private ended(id: string): void {
    const name = this.running.get(id);
    if (name) this.bytes.leave(name);
    this.running.delete(id);
    this.counts.open = this.running.size;
  }

  private async endAll(): Promise<boolean> {
    await this.turn;
    const gone = this.jobs === 0 || (await endJobs(this.client, this.backend, endWithinMs));
    if (gone) for (const id of [...this.running.keys()]) this.ended(id);
    // Before the attempt ends, where nothing counts any more as kept for what runs.
    await Promise.race([this.bytes.settled(), delay(endWithinMs, undefined, { ref: false })]);
    return gone;
  }
}

const overBytesReason = "bytesBilledLimitExceeded";
const overBytes = (words: string) => new Refusal(400, overBytesReason, words);

function unrecorded(): never {
  throw new Refusal(503, "backendError", "Sluice could not record this job, so it was not started. Try again.");
}

/** Ends what runs of them, and looks until the service says that nothing does. */
export function endJobs(client: Client, backend: Backend, withinMs: number): Promise<boolean> {
  return Promise.race([stop(client, backend, 0).catch(() => false), delay(withinMs, false, { ref: false })]);
}

function refusalOf(error: unknown): { status: number; reason: string; message: string } {
  if (error instanceof Refusal) return error;
  if (error instanceof WarehouseError)
    return { status: statusOf(error) ?? 502, reason: error.detail.code, message: error.message };
  return { status: 500, reason: "internalError", message: "Sluice could not pass this on. Try again." };
}

/** @throws SluiceError invalid when the socket's path is too long */
export async function openBigQueryRelay(client: Client, request: RelayRequest): Promise<Relay> {
  const relay = new BigQueryRelay(client, request);
  const server = createServer((asked, response) => void relay.receive(asked, response));
  const sockets = new Set<Socket>();
  const listener = await listen(request.transport, 443, "bigquery", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    server.emit("connection", socket);
  });
  const { user, password, counts } = relay;
  return {
    ...{ user, password, counts, database: client.config.project },
    address: listener.address,
    get away() {
      return relay.away;
    },
    cut: (reason) => relay.cut.begin(reason),
    async close() {
      await listener.close();
      const ended = await relay.cut.begin("This attempt has ended.");
      for (const socket of sockets) socket.destroy();
      return ended;
    },
  };
}
