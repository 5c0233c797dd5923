import type { Writable } from "node:stream";
import { type RowSink, WarehouseError } from "./adapter";
import { CsvBuffer, comma, newline } from "./csv";

const largeCellBytes = 1024 * 1024;
const pieceBytes = 64 * 1024;

/** Rows whose cells are texts, as the engine's CSV, at the pace of whoever takes it. */
export class CellWriter {
  written = 0;
  private readonly csv = new CsvBuffer();
  private out: Writable | null = null;
  private failed: WarehouseError | null = null;

  constructor(private readonly sink: RowSink) {}

  /** @param cells may be changed. @throws WarehouseError `storage` when the result cannot be kept */
  async row(cells: (Buffer | null)[]): Promise<void> {
    await this.apart(cells);
    cells.forEach((cell, at) => {
      if (at > 0) this.csv.byte(comma);
      if (cell) this.csv.cell(cell, 0, cell.length, cells.length === 1);
    });
    this.csv.byte(newline);
    this.written++;
    if (this.csv.length >= pieceBytes) await this.send();
  }

  /** Cells over 1 MiB, and then the largest until the row has no more than that, go where they are kept whole. */
  private async apart(cells: (Buffer | null)[]): Promise<void> {
    let left = cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0);
    while (left > largeCellBytes) {
      const at = cells.reduce((most, cell, n) => ((cell?.length ?? 0) > (cells[most]?.length ?? 0) ? n : most), 0);
      const cell = cells[at];
      if (!cell || cell.length <= 1024) return;
      const stand = Buffer.from(await this.sink.largeCell(this.written, at, cell));
      left -= cell.length - stand.length;
      cells[at] = stand;
      // What stands in its place is a beginning of it; one that is no shorter is left.
      if (stand.length >= cell.length) return;
    }
  }

  /** What is left in the buffer. */
  async send(): Promise<void> {
    if (this.csv.length === 0) return;
    this.out ??= this.opened();
    const { out } = this;
    const taken = out.write(this.csv.take());
    if (!taken && !this.failed && !out.destroyed)
      await new Promise<void>((resolve) => {
        const done = () => {
          for (const name of ["drain", "error", "close"]) out.removeListener(name, done);
          resolve();
        };
        for (const name of ["drain", "error", "close"]) out.on(name, done);
      });
    if (this.failed) throw this.failed;
    if (out.destroyed) throw storageError(new Error("the result's writer closed early"));
  }

  private opened(): Writable {
    const out = this.sink.open(false);
    // Said at the next write, which may come after it.
    out.on("error", (error) => {
      this.failed = storageError(error);
    });
    return out;
  }
}

function storageError(error: unknown): WarehouseError {
  if (error instanceof WarehouseError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new WarehouseError({ code: "storage", message: `The result could not be stored (${reason}). Run it again.` });
}
