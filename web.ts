import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import next from "next";
import { envOrEnd } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { pagesFirst } from "@/lib/platform/pages-first";
import { clientAddress, plainAddress } from "@/lib/platform/proxies";
import { type Subject, withSubject } from "@/lib/platform/subject";
import { startTracing, tracing } from "@/lib/platform/tracing";
import { leaveWaiting } from "@/lib/platform/wake";
import { startLocalSweep } from "@/lib/results/local-sweep";
import { closeReaders, warmReaders } from "@/lib/results/readers";
import { unrouted } from "@/lib/transport/unrouted";

// Next in our own process: `next start` would leave a child behind when it is killed.
const { HOST: hostname, PORT: port, NODE_ENV, TRUSTED_PROXIES: trusted, DRAIN_SECONDS } = envOrEnd();
await startTracing("sluice-web");
const app = next({ dev: NODE_ENV === "development", hostname, port });
await app.prepare();
const handle = app.getRequestHandler();
const server = createServer(answer);
server.on("upgrade", app.getUpgradeHandler());
server.on("error", (error) => {
  logger.error({ error: error.message }, `cannot listen on ${hostname}:${port}`);
  process.exit(1);
});
// Longer than a proxy's own idle time, so that it never meets a connection we are just closing.
server.keepAliveTimeout = 75_000;
server.listen(port, hostname, () => {
  logger.info({ hostname, port }, "web is listening");
  // The first page of rows then need not wait for DuckDB to load.
  warmReaders();
  startLocalSweep();
});

const open = new Set<ServerResponse>();
let stopping = false;
const tellsEach = logger.isLevelEnabled("debug");

function answer(request: IncomingMessage, response: ServerResponse): void {
  open.add(response);
  response.once("close", () => open.delete(response));
  if (stopping) response.setHeader("connection", "close");
  // What a client writes about itself counts nowhere: limits on sign-ins and the audit log go by the address.
  const { remoteAddress } = request.socket;
  const forwarded = request.headers["x-forwarded-for"];
  request.headers["x-forwarded-for"] = clientAddress(remoteAddress, String(forwarded ?? ""), trusted);
  const believed = trusted(plainAddress(remoteAddress ?? ""));
  if (!believed)
    for (const name of ["forwarded", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port"])
      delete request.headers[name];
  const subject = { request: requestIdOf(request, believed) };
  response.setHeader("x-request-id", subject.request);
  if (tellsEach) response.once("close", tellOf(request, response, subject));
  if (isPage(request)) response.once("close", pagesFirst().page());
  const refused = unrouted(request.method ?? "", request.url ?? "");
  withSubject(subject, () => {
    if (refused) void refuse(request, response, refused);
    else void handle(request, response);
  });
}

/** Somebody sits before it: it is from a browser, and does not wait for something to happen. */
function isPage({ headers, method, url = "" }: IncomingMessage): boolean {
  return (
    method === "GET" && headers.authorization === undefined && !/[?&]wait=|\/events(\?|$)|^\/_next\/static\//.test(url)
  );
}

/** A proxy of ours may have named it already; what a client writes could be another's. */
function requestIdOf(request: IncomingMessage, believed: boolean): string {
  const given = request.headers["x-request-id"];
  return believed && typeof given === "string" && /^[\w.:=+/-]{8,100}$/.test(given) ? given : newId();
}

function tellOf(request: IncomingMessage, response: ServerResponse, subject: Subject): () => void {
  const begun = performance.now();
  const [path] = (request.url ?? "").split("?", 1);
  return () => {
    const ms = Math.round(performance.now() - begun);
    withSubject(subject, () =>
      logger.debug({ method: request.method, path, status: response.statusCode, ms }, "answered"),
    );
  };
}

async function refuse(request: IncomingMessage, response: ServerResponse, refused: Response): Promise<void> {
  const text = await refused.text();
  response.writeHead(refused.status, Object.fromEntries(refused.headers));
  response.end(request.method === "HEAD" ? undefined : text);
}

/** Long polls and event streams end now and are asked again elsewhere; all else has DRAIN_SECONDS to finish. */
function stop(): void {
  if (stopping) return;
  stopping = true;
  logger.info({ open: open.size }, "web drains");
  for (const response of open) if (!response.headersSent) response.setHeader("connection", "close");
  process.once("exit", closeReaders);
  server.close(() => void (tracing()?.close() ?? Promise.resolve()).then(() => process.exit(0)));
  server.closeIdleConnections();
  leaveWaiting();
  setTimeout(() => server.closeAllConnections(), DRAIN_SECONDS * 1_000).unref();
  setTimeout(() => process.exit(0), DRAIN_SECONDS * 1_000 + 2_000).unref();
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
