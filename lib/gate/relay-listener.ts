import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { SluiceError } from "@/lib/platform/errors";
import type { RelayAddress, RelayTransport } from "./relay";

/** How long an end may take before it counts as not confirmed. */
export const endWithinMs = 5_000;

/** Of a path to a socket, by the kernel: 108 with the byte that ends it; macOS has 104. */
const longestPath = 103;
/** Far above what a stage is allowed, so that one too many is told why; who opens hundreds is not heard at all. */
const mostSockets = 256;

export interface Listener {
  address: RelayAddress;
  /** Takes the address away; connections that are open stay. */
  close(): Promise<void>;
}

/** @param port what stands in a socket's name; of an address the system chooses. @throws SluiceError invalid */
export async function listen(
  transport: RelayTransport,
  port: number,
  name: string,
  onSocket: (socket: Socket) => void,
): Promise<Listener> {
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 }, onSocket);
  server.maxConnections = mostSockets;
  if ("host" in transport) {
    await bind(server, { host: transport.host, port: 0 });
    const address = server.address();
    const chosen = typeof address === "object" && address ? address.port : 0;
    return { address: { host: transport.host, port: chosen }, close: () => closed(server) };
  }
  // Next's build looks for files that a path may mean, over the whole folder; this one is none of the program's.
  const socket = path.join(/* turbopackIgnore: true */ transport.socketFolder, `${name}.${port}`);
  if (Buffer.byteLength(socket) > longestPath)
    throw new SluiceError(
      "invalid",
      `The path ${socket} is too long for a socket (${longestPath} bytes). Give SLUICE_HOME a shorter path.`,
    );
  // One of a worker that was killed; nobody else has a name in this folder.
  await rm(socket, { force: true });
  await bind(server, { path: socket });
  // For the program's user alone, who is ours or to whom the runtime gives the file.
  await chmod(socket, 0o600);
  return { address: { folder: transport.socketFolder, port, socket }, close: () => closed(server) };
}

function bind(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Not after the last connection, as Node's own promise would be. */
async function closed(server: Server): Promise<void> {
  server.close();
}

/** 256 random bits. */
export function newPassword(): string {
  return randomBytes(32).toString("base64url");
}

const digest = (text: string) => createHash("sha256").update(text).digest();

/** Takes as long for every wrong one. */
export function isPassword(given: string, password: string): boolean {
  return timingSafeEqual(digest(given), digest(password));
}
