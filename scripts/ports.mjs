// Ports on loopback: one that is free, and one that stays so.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A port nobody uses now, for something short. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export function isFree(port, host = "127.0.0.1") {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** The port once it is free; null when it is not within `ms`. */
export async function untilFree(port, ms, host) {
  const until = Date.now() + ms;
  while (!(await isFree(port, host))) {
    if (Date.now() > until) return null;
    await sleep(100);
  }
  return port;
}

/**
 * A free port below those that the system hands to outgoing connections: one of these could take it while its server
 * is away, and a client that asks for the server again and again could even be connected to itself.
 */
export async function quietPort() {
  const range = "/proc/sys/net/ipv4/ip_local_port_range";
  const lowest = existsSync(range) ? Number(readFileSync(range, "utf8").split(/\s/)[0]) : 32_768;
  const [from, to] = lowest > 21_000 ? [20_000, Math.min(lowest, 32_768)] : [10_000, 20_000];
  for (let tries = 0; tries < 50; tries++) {
    const port = from + Math.floor(Math.random() * (to - from));
    if (await isFree(port)) return port;
  }
  return freePort();
}
