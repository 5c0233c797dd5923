import { execFile } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A named pipe; Node has no call for it. */
export async function makePipe(file: string): Promise<void> {
  await run("mkfifo", ["-m", "600", file]);
}

/**
 * Opens a pipe for writing once its reader has it open. Non-blocking and polled by the event loop: a blocking open or
 * write would hold one of libuv's four threads for as long as the statement runs.
 */
export async function openForWriting(file: string, signal: AbortSignal): Promise<Socket> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const fd = openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
      return new Socket({ fd, readable: false, writable: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
    }
    await delay(1);
  }
}

/**
 * Opens a pipe for reading. `finish` ends it: our own write end holds the end of file back until the writer's
 * success is known, so that a torn file never looks whole.
 */
export function openForReading(file: string): { stream: Socket; finish: () => void } {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const own = openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
  let open = true;
  const finish = () => {
    if (open) closeSync(own);
    open = false;
  };
  const stream = new Socket({ fd, readable: true, writable: false });
  stream.once("close", finish);
  return { stream, finish };
}
