import { connect, createServer, type Server, type Socket } from "node:net";

/** A wire to a real server that a test takes away and gives back. */
export interface Wire {
  port: number;
  /** Ends every connection, and refuses new ones until `heal`. */
  cut(): void;
  /** The same once so many bytes more were sent to the server: in the middle of whatever that is. */
  cutAfter(bytes: number): void;
  /** Ends every connection; new ones come through. */
  drop(): void;
  /** The same as a crash does it: by RST. */
  reset(): void;
  /** Lets nothing through either way, and tells nobody, until `heal`, or until the connections are ended. */
  freeze(): void;
  heal(): void;
  /** Takes PostgreSQL's requests to cancel and passes none on, until `heal`. */
  swallowCancels(): void;
  /** How many it has taken so. */
  readonly swallowed: number;
  /** The next connection ends after so many bytes from the server. */
  endAfter(bytes: number): void;
  close(): Promise<void>;
}

/** A connection that asks for nothing else: its length, and the protocol's number for it. */
const asksToCancel = (first: Buffer) => first.length >= 8 && first.readInt32BE(4) === 80_877_102;

/** @param target where it leads to: an address, or a socket's path */
export async function startProxy(target: { host: string; port: number } | { path: string }): Promise<Wire> {
  const open = new Set<Socket>();
  let whole = true;
  let frozen = false;
  let swallowing = false;
  let swallowed = 0;
  let most = Number.POSITIVE_INFINITY;
  let untilCut = Number.POSITIVE_INFINITY;
  const drop = () => {
    for (const socket of open) socket.destroy();
  };
  const cut = () => {
    whole = false;
    drop();
  };
  // Half open, so that who asks to cancel is left waiting for a word; everybody else ends as ever.
  const server: Server = createServer({ allowHalfOpen: true }, (down) => {
    if (!whole) return void down.destroy();
    const up = connect(target);
    let left = most;
    for (const [one, other] of [
      [down, up],
      [up, down],
    ] as const) {
      open.add(one);
      one.on("error", () => undefined);
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
    let unanswered = false;
    let first = true;
    down.on("end", () => {
      if (!unanswered) down.end();
    });
    down.on("data", (chunk: Buffer) => {
      unanswered ||= first && swallowing && asksToCancel(chunk);
      if (unanswered && first) swallowed += 1;
      first = false;
      if (unanswered) return;
      untilCut -= chunk.length;
      if (untilCut < 0) return cut();
      if (!up.write(chunk)) {
        down.pause();
        up.once("drain", () => frozen || down.resume());
      }
    });
    if (frozen) for (const socket of [down, up]) socket.pause();
    up.on("data", (chunk: Buffer) => {
      if (!down.write(chunk.subarray(0, left))) {
        up.pause();
        down.once("drain", () => frozen || up.resume());
      }
      left -= chunk.length;
      if (left <= 0) down.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    cut,
    cutAfter(bytes) {
      untilCut = bytes;
    },
    drop,
    reset() {
      for (const socket of open) socket.resetAndDestroy();
    },
    freeze() {
      frozen = true;
      for (const socket of open) socket.pause();
    },
    swallowCancels() {
      swallowing = true;
    },
    get swallowed() {
      return swallowed;
    },
    heal() {
      whole = true;
      frozen = false;
      swallowing = false;
      for (const socket of open) socket.resume();
      most = Number.POSITIVE_INFINITY;
      untilCut = Number.POSITIVE_INFINITY;
    },
    endAfter(bytes) {
      most = bytes;
    },
    async close() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
