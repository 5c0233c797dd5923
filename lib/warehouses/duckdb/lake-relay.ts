import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import path from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import type { Relay, RelayCounts, RelayRequest } from "@/lib/gate/relay";
import { RelayEnd } from "@/lib/gate/relay-end";
import { endWithinMs, isPassword, listen, newPassword } from "@/lib/gate/relay-listener";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { places } from "@/lib/platform/store/open";
import { type StatementError, WarehouseError } from "@/lib/warehouses/adapter";
import type { Lake } from "@/lib/warehouses/lake";
import { readRequest, writeRequest } from "./lake-request";
import { writeTable } from "./lake-write";
import type { DuckDbSession } from "./session";

/**
 * A stage's way to a lake: it sends SQL and rows, and gets rows. What it asks for runs in a process of its own beside the
 * worker, which sees the files that the SQL names and nothing else; the store and the catalogue are the worker's alone.
 */

const mostBytes = 8 << 20;
const farewellMs = 500;
/** An attempt's own time ends it; a statement has no other. */
const longestMs = 7 * 24 * 3_600_000;

const refusal = (code: string, message: string) => new WarehouseError({ code, message });

class LakeRelay {
  readonly user = "sluice";
  readonly password = newPassword();
  readonly counts: RelayCounts = { connections: 0, open: 0, bytesUp: 0, bytesDown: 0 };
  private readonly sessions = new Set<DuckDbSession>();
  private readonly working = new Set<Promise<unknown>>();
  /** Of rows that a stage sends before it says what becomes of them. */
  private readonly sent = path.join(places().scratch, `lake-${newId()}.parquet`);
  private hasSent = false;
  private readonly sockets = new Set<Socket>();
  readonly cut = new RelayEnd(() => this.endAll());

  constructor(
    private readonly lake: Lake,
    private readonly request: RelayRequest,
    private readonly acquire: () => Promise<DuckDbSession>,
  ) {}

  meet(socket: Socket): void {
    this.sockets.add(socket);
    socket.once("close", () => this.sockets.delete(socket));
  }

  receive(request: IncomingMessage, response: ServerResponse): void {
    const work = this.answer(request, response).catch((error: unknown) => this.fail(response, error));
    this.working.add(work);
    void work.finally(() => this.working.delete(work));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (!isPassword(given, this.password))
      throw refusal("28P01", "The password is wrong: use the one that this attempt was given.");
    this.refuseIfCut();
    this.counts.connections += 1;
    const line = `${request.method} ${request.url}`;
    if (line === "PUT /rows") return this.take(request, response);
    if (line === "POST /query") return this.query(await this.bodyOf(request, readRequest), response);
    if (line === "POST /write") return this.write(await this.bodyOf(request, writeRequest), response);
    throw refusal("not_found", "There is PUT /rows, POST /query and POST /write.");
  }

  private refuseIfCut(): void {
    if (this.cut.because !== null) throw refusal("57P01", this.cut.because);
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.hasSent = false;
    await mkdir(path.dirname(this.sent), { recursive: true });
    const file = createWriteStream(this.sent, { mode: 0o600 });
    await pipeline(request, file);
    this.counts.bytesUp += file.bytesWritten;
    this.hasSent = true;
    this.say(response, { bytes: file.bytesWritten });
  }

  /** The columns in a line of JSON, the rows as CSV, and at the end how many there were: without it some are missing. */
  private async query({ timeZone, ...request }: z.infer<typeof readRequest>, response: ServerResponse): Promise<void> {
    const rowCount = await this.inSession(timeZone, response, async (session) => {
      const rows = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          this.counts.bytesDown += chunk.length;
          response.write(chunk, done);
        },
      });
      const { rowCount } = await session.run(request, {
        columns(columns) {
          response.writeHead(200, { "content-type": "text/csv", trailer: "sluice-end" });
          response.write(`${JSON.stringify({ columns })}\n`);
        },
        open: () => rows,
        largeCell: async (_row, _column, value) => value.toString(),
      });
      return rowCount;
    });
    response.addTrailers({ "sluice-end": trailer({ rows: rowCount }) });
    response.end();
  }

  private async write(request: z.infer<typeof writeRequest>, response: ServerResponse): Promise<void> {
    const { writer, role } = this.request;
    if (!writer) throw refusal("write_refused", "This stage may not write here.");
    const { lake } = this;
    const sent = this.hasSent ? this.sent : null;
    const written = await this.inSession(request.timeZone, response, (session) =>
      writeTable({ session, lake, request, writer }, sent, role === "reader"),
    );
    this.say(response, written);
  }

  /**
   * One process for one request; it ends with it, and with whoever asked. It is gone before the answer ends: who asks
   * again at once has its place.
   */
  private async inSession<T>(
    timeZone: string,
    response: ServerResponse,
    work: (session: DuckDbSession) => Promise<T>,
  ): Promise<T> {
    const { maxConnections, onBackend, applicationName } = this.request;
    if (this.counts.open >= maxConnections)
      throw refusal("53300", `This stage may have ${maxConnections} statement(s) at once, and they run.`);
    this.counts.open += 1;
    try {
      const session = await this.acquire();
      this.sessions.add(session);
      const left = () => void session.end();
      response.once("close", left);
      try {
        await Promise.resolve(onBackend(session.backend)).catch((error: Error) => {
          logger.warn({ error: error.message }, "a stage's process was not recorded");
          throw refusal("53300", "Sluice could not record this process, so it runs nothing. Try again.");
        });
        this.refuseIfCut();
        await session.begin({ applicationName, timeZone, statementTimeoutMs: longestMs, lockTimeoutMs: 0 });
        return await work(session);
      } finally {
        response.off("close", left);
        await session.end();
        this.sessions.delete(session);
      }
    } finally {
      this.counts.open -= 1;
    }
  }

  private async bodyOf<T>(request: IncomingMessage, shape: z.ZodType<T>): Promise<T> {
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of request) {
      bytes += (part as Buffer).length;
      if (bytes > mostBytes) throw refusal("54000", "The request is too long.");
      parts.push(part as Buffer);
    }
    this.counts.bytesUp += bytes;
    let body: unknown;
    try {
      body = JSON.parse(Buffer.concat(parts).toString("utf8"));
    } catch {
      throw refusal("22023", "The request is no JSON.");
    }
    const parsed = shape.safeParse(body);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw refusal("22023", `${issue?.path.join(".") || "The request"}: ${issue?.message ?? "is not valid"}.`);
  }

  private say(response: ServerResponse, body: object): void {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  private fail(response: ServerResponse, error: unknown): void {
    const detail = this.detailOf(error);
    if (response.destroyed) return;
    if (response.headersSent) {
      response.addTrailers({ "sluice-end": trailer({ error: detail }) });
      response.end();
      return;
    }
    response.writeHead(400, { "content-type": "application/json", connection: "close" });
    response.end(JSON.stringify({ error: detail }));
  }

  private detailOf(error: unknown): StatementError {
    if (this.cut.because !== null) return { code: "57P01", message: this.cut.because };
    if (error instanceof WarehouseError) return error.detail;
    logger.error({ error: error instanceof Error ? error.stack : String(error) }, "a lake could not be used");
    return { code: "platform", message: "Sluice could not do this. Try again; if it stays so, tell an admin." };
  }

  private async endAll(): Promise<boolean> {
    await Promise.all([...this.sessions].map((session) => session.end()));
    const settled = Promise.allSettled(this.working).then(() => true);
    // Whoever waits for an answer is told why; who sends still, or does not listen, is not waited for.
    await Promise.race([settled, delay(farewellMs, undefined, { ref: false })]);
    for (const socket of this.sockets) socket.destroy();
    // What is about to be committed is, or is not, before this is confirmed.
    const ended = await Promise.race([settled, delay(endWithinMs, false, { ref: false })]);
    await rm(this.sent, { force: true });
    return ended;
  }
}

/** A header's value is of few characters. */
const trailer = (told: object) => Buffer.from(JSON.stringify(told)).toString("base64");

/** @throws SluiceError invalid when the socket's path is too long */
export async function openLakeRelay(
  lake: Lake,
  request: RelayRequest,
  acquire: () => Promise<DuckDbSession>,
): Promise<Relay> {
  const relay = new LakeRelay(lake, request, acquire);
  const server = createServer({ requestTimeout: 0 }, (asked, response) => relay.receive(asked, response));
  const listener = await listen(request.transport, 80, "lake", (socket) => {
    relay.meet(socket);
    server.emit("connection", socket);
  });
  const { user, password, counts } = relay;
  return {
    ...{ user, password, counts, database: "lake" },
    address: listener.address,
    // Its processes are the worker's own, and one that ended took too much.
    away: null,
    cut: (reason) => relay.cut.begin(reason),
    async close() {
      await listener.close();
      return relay.cut.begin("This attempt has ended.");
    },
  };
}
