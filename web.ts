import { createServer } from "node:http";
import next from "next";
import { env } from "@/lib/platform/env";
import { logger } from "@/lib/platform/logger";
import { closeReaders, warmReaders } from "@/lib/results/readers";

// Next in our own process: `next start` would leave a child behind when it is killed.
const { HOST: hostname, PORT: port, NODE_ENV } = env();
const app = next({ dev: NODE_ENV === "development", hostname, port });
await app.prepare();
const handle = app.getRequestHandler();
const server = createServer((request, response) => void handle(request, response));
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
});

let stopping = false;

/** Lets requests that are under way finish; long polls and event streams are cut after 5 s and come back elsewhere. */
function stop(): void {
  if (stopping) return;
  stopping = true;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  process.once("exit", closeReaders);
  setTimeout(() => server.closeAllConnections(), 5_000).unref();
  setTimeout(() => process.exit(0), 7_000).unref();
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
