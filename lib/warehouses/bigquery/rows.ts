import type { RowSink } from "@/lib/warehouses/adapter";
import { CellWriter } from "@/lib/warehouses/cell-writer";
import { cellText } from "./cells";
import type { Page } from "./jobs";
import type { Field } from "./types";

/** Pages of rows as the service's answers have them. */
export class RowWriter {
  private readonly cells: CellWriter;

  constructor(
    private readonly fields: Field[],
    sink: RowSink,
  ) {
    this.cells = new CellWriter(sink);
  }

  get written(): number {
    return this.cells.written;
  }

  /** @throws WarehouseError `storage` when the result cannot be kept */
  async write(rows: NonNullable<Page["rows"]>): Promise<void> {
    for (const { f } of rows) {
      const row = this.fields.map((field, at) => {
        const text = cellText(f[at]?.v ?? null, field);
        return text === null ? null : Buffer.from(text);
      });
      await this.cells.row(row);
    }
    await this.cells.send();
  }
}
