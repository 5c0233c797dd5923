import { Writable } from "node:stream";
import type { RowSink } from "@/lib/warehouses/adapter";

/** Keeps a plan: rows of one column, a line of it each. */
export class PlanSink implements RowSink {
  private readonly chunks: Buffer[] = [];
  columns(): void {}

  open(): Writable {
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

  text(): string {
    const csv = Buffer.concat(this.chunks).toString();
    return csv.replace(/^"((?:[^"]|"")*)"$/gm, (_, cell: string) => cell.replaceAll('""', '"')).trimEnd();
  }
}
