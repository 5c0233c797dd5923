import { Writable } from "node:stream";
import type { RowSink } from "./adapter";

/** Collects the cells of an answer of one column. */
export class TextSink implements RowSink {
  private readonly chunks: Buffer[] = [];
  columns(): void {}
  open(): Writable {
    this.chunks.length = 0;
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.chunks.push(Buffer.from(chunk));
        done();
      },
    });
  }
  async largeCell(_row: number, _column: number, value: Buffer): Promise<string> {
    return value.toString();
  }
  cells(): string[] {
    const text = Buffer.concat(this.chunks).toString();
    return [...text.matchAll(/"((?:[^"]|"")*)"\n|([^\n]*)\n/g)].map(
      (match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? "",
    );
  }
}
