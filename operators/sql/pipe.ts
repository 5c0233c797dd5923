import { rmSync } from "node:fs";
import type { Socket } from "node:net";
import path from "node:path";
import { makePipe, openForReading, openForWriting } from "@/lib/results/pipe";
import { workFolder } from "./context";

/**
 * A named pipe between DuckDB, which reads and writes files by name, and the warehouse. Its end in this process is
 * polled by the event loop: a blocking one would hold a thread that DuckDB's own calls need.
 */
export class Pipe {
  private readonly folder = workFolder();
  readonly file = path.join(this.folder, "pipe");

  private constructor() {}

  static async make(): Promise<Pipe> {
    const pipe = new Pipe();
    await makePipe(pipe.file);
    return pipe;
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

  /** What DuckDB reads, once it does. `gaveUp` says that it never will. @throws its reason */
  write(gaveUp: AbortSignal): Promise<Socket> {
    return openForWriting(this.file, gaveUp);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
