import { execFileSync } from "node:child_process";
import { constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openForReading } from "@/lib/results/pipe";
import { workFolder } from "./context";

/**
 * A named pipe between DuckDB, which reads and writes files by name, and the warehouse. Its end in this process is
 * polled by the event loop: a blocking one would hold a thread that DuckDB's own calls need.
 */
export class Pipe {
  private readonly folder = workFolder();
  readonly file = path.join(this.folder, "pipe");

  constructor() {
    execFileSync("mkfifo", ["-m", "600", this.file]);
  }

  /** What DuckDB writes. Our own write end keeps it open until `finish`: DuckDB may open and close it again. */
  read(): { stream: Socket; finish: () => void } {
    return openForReading(this.file);
  }

  /**
   * Takes and forgets whatever still comes, until DuckDB has ended: nobody else reads, and without a reader it would wait
   * for ever, to open the pipe as well as to write to it.
   */
  async drain(ended: Promise<unknown>): Promise<void> {
    const { stream, finish } = this.read();
    stream.on("error", () => undefined).resume();
    await ended;
    finish();
    stream.destroy();
  }

  /** What DuckDB reads, once it does. `gaveUp` says that it never will. */
  async write(gaveUp: () => boolean): Promise<Socket> {
    for (;;) {
      try {
        const fd = openSync(this.file, constants.O_WRONLY | constants.O_NONBLOCK);
        return new Socket({ fd, readable: false, writable: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENXIO" || gaveUp()) throw error;
      }
      await delay(1);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
