import type { DuckDBConnection } from "@duckdb/node-api";
import { encodingOf, textOf } from "@/lib/results/encoding";
import type { PageAnswer } from "@/lib/results/requests";
import type { Column } from "@/lib/warehouses/adapter";

/** So much text goes into one page: it passes through this process, its parent and a browser, whole in each. */
const pageBytes = 16 << 20;
/** What a cell may have at most, until the page fits. */
const limits = [65_536, 16_384, 4_096, 1_024, 256, 64];
const beginning = 1_000;

type Fitted = Pick<PageAnswer, "rows" | "numbers" | "cut">;

const mayBeLong = ({ type }: Column) => ["text", "number"].includes(encodingOf(type).kind);

/**
 * The text of every cell, the row's number, and where a cell has more than its share of a page of `rows` rows only its
 * beginning, with the lengths of all in bytes beside the number. `withinBudget` reads what was selected so.
 */
export function pageTexts(columns: Column[], rows: number): string {
  const share = Math.max(limits[0] ?? 0, Math.floor(pageBytes / Math.max(rows, 1)));
  const long: string[] = [];
  const cells = columns.map((column, i) => {
    const text = textOf(column.type, i);
    if (!mayBeLong(column)) return text;
    long.push(`strlen(${text})`);
    return `CASE WHEN strlen(${text}) > ${share} THEN left(${text}, ${beginning}) ELSE ${text} END`;
  });
  const lengths = columns.map((column, i) => (mayBeLong(column) ? `strlen(${textOf(column.type, i)})` : "NULL"));
  const over = `CASE WHEN greatest(${["0", ...long].join(", ")}) > ${share} THEN [${lengths.join(", ")}] END`;
  return [...cells, "r", long.length > 0 ? over : "NULL"].join(", ");
}

/** A text's first characters, never half of one, and holding on to no more memory than they need. */
function beginningOf(text: string, bytes: number): string {
  const characters = Math.min(beginning, bytes / 4);
  return Buffer.from(
    Array.from(text.slice(0, 2 * characters))
      .slice(0, characters)
      .join(""),
  ).toString();
}

/** Rows as they come, cut again and shorter whenever they would be too many bytes. */
class Page {
  readonly rows: (string | null)[][] = [];
  readonly numbers: number[] = [];
  /** By row and column: the whole length of what is cut. */
  private readonly lengths = new Map<number, Map<number, number>>();
  private bytes = 0;
  private level = -1;

  add(number: number): number {
    this.numbers.push(number);
    return this.rows.push([]) - 1;
  }

  put(row: number, column: number, text: string | null, whole: number | null): void {
    this.rows[row]?.push(text);
    if (text === null) return;
    const bytes = Buffer.byteLength(text);
    this.bytes += bytes;
    if (whole !== null && whole > bytes) this.note(row, column, whole);
    this.shorten(row, column);
    while (this.bytes > pageBytes && this.level < limits.length - 1) {
      this.level++;
      for (const [before, cells] of this.rows.entries()) for (let i = 0; i < cells.length; i++) this.shorten(before, i);
    }
  }

  cut(): Fitted["cut"] {
    return [...this.lengths].flatMap(([row, cells]) => [...cells].map(([column, bytes]) => ({ row, column, bytes })));
  }

  private shorten(row: number, column: number): void {
    const limit = limits[this.level];
    const text = this.rows[row]?.[column];
    if (limit === undefined || !text || text.length <= limit / 4) return;
    const bytes = Buffer.byteLength(text);
    if (bytes <= limit) return;
    const shown = beginningOf(text, limit);
    this.bytes -= bytes - Buffer.byteLength(shown);
    if (!this.lengths.get(row)?.has(column)) this.note(row, column, bytes);
    (this.rows[row] as (string | null)[])[column] = shown;
  }

  private note(row: number, column: number, bytes: number): void {
    const cells = this.lengths.get(row) ?? new Map<number, number>();
    this.lengths.set(row, cells.set(column, bytes));
  }
}

/** Reads a page selected as `pageTexts`, in its order, cut where it would not fit. */
export async function withinBudget(duck: DuckDBConnection, columns: Column[], select: string): Promise<Fitted> {
  const page = new Page();
  const result = await duck.stream(select);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const cells = columns.map((_, i) => chunk.getColumnVector(i));
    const numbers = chunk.getColumnVector(columns.length);
    const lengths = chunk.getColumnVector(columns.length + 1);
    for (let at = 0; at < chunk.rowCount; at++) {
      const row = page.add(Number(numbers.getItem(at)));
      const whole = lengths.getItem(at) as { items: (bigint | null)[] } | null;
      for (const [column, vector] of cells.entries()) {
        const length = whole?.items[column] ?? null;
        page.put(row, column, vector.getItem(at) as string | null, length === null ? null : Number(length));
      }
    }
  }
  return { rows: page.rows, numbers: page.numbers, cut: page.cut() };
}
