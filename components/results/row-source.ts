import type { Cell } from "./cell-format";

/** A cell too large for a page of rows, which holds its beginning only. */
export interface LargeCell {
  /** Index of its row in the page. */
  row: number;
  column: number;
  bytes: number;
  /** Its row as the warehouse gave it, by which the whole value is asked for. */
  number: number;
}

export interface RowPage {
  rows: Cell[][];
  largeCells?: LargeCell[];
  /** Rows of the whole view (after filter and search). */
  rowCount: number;
  complete: boolean;
  /** Cells of the whole result of which a search saw the beginning only. */
  partlySearched?: number;
}

export type FetchRows = (offset: number, limit: number, signal: AbortSignal) => Promise<RowPage>;

/** Waiting this long before asking skips the windows that a dragged scrollbar only passes. */
const SETTLE_MS = 40;

/**
 * Windows of one view of a result, the least recently seen dropped first. Only windows in sight are
 * fetched; those scrolled past are given up.
 */
export class RowSource {
  total: number | null = null;
  complete = false;
  partlySearched = 0;
  error: Error | null = null;
  version = 0;
  private readonly windows = new Map<number, RowPage>();
  private readonly pending = new Map<number, AbortController>();
  private readonly listeners = new Set<() => void>();
  private wanted: number[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly fetchRows: FetchRows,
    readonly size = 200,
    private readonly keep = 40,
  ) {}

  row(index: number): Cell[] | undefined {
    return this.windows.get(Math.floor(index / this.size))?.rows[index % this.size];
  }

  /** What is known of a cell of which `row` gives the beginning only. */
  large(index: number, column: number): LargeCell | undefined {
    const row = index % this.size;
    return this.windows
      .get(Math.floor(index / this.size))
      ?.largeCells?.find((cell) => cell.row === row && cell.column === column);
  }

  want(first: number, last: number): void {
    const from = Math.floor(Math.max(0, first) / this.size);
    const to = Math.floor(Math.max(0, last) / this.size);
    this.wanted = [];
    for (let window = from; window <= to; window++) this.wanted.push(window);
    for (const window of this.wanted) this.touch(window);
    if (this.wanted.every((window) => this.windows.has(window) || this.pending.has(window))) return;
    clearTimeout(this.timer);
    // The very first page is never delayed.
    if (this.total === null) this.load();
    else this.timer = setTimeout(() => this.load(), SETTLE_MS);
  }

  /** Rows of a range however large, for copying: from what is here, else past the cache. */
  async range(
    first: number,
    count: number,
    signal: AbortSignal,
  ): Promise<Required<Pick<RowPage, "rows" | "largeCells">>> {
    const rows: Cell[][] = [];
    const largeCells: LargeCell[] = [];
    const held = this.windows.get(Math.floor(first / this.size));
    const from = first % this.size;
    if (held && from + count <= held.rows.length) {
      const inside = (held.largeCells ?? []).filter(({ row }) => row >= from && row < from + count);
      return { rows: held.rows.slice(from, from + count), largeCells: inside };
    }
    while (rows.length < count) {
      const page = await this.fetchRows(first + rows.length, Math.min(10_000, count - rows.length), signal);
      if (page.rows.length === 0) break;
      largeCells.push(...(page.largeCells ?? []));
      rows.push(...page.rows);
    }
    return { rows, largeCells };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  retry(): void {
    this.error = null;
    this.load();
  }

  close(): void {
    clearTimeout(this.timer);
    for (const controller of this.pending.values()) controller.abort();
    this.pending.clear();
  }

  private load(): void {
    for (const [window, controller] of this.pending) {
      if (!this.wanted.includes(window)) controller.abort();
    }
    for (const window of this.wanted) {
      if (!this.windows.has(window) && !this.pending.has(window)) void this.fetchWindow(window);
    }
  }

  private async fetchWindow(window: number): Promise<void> {
    const controller = new AbortController();
    this.pending.set(window, controller);
    try {
      const page = await this.fetchRows(window * this.size, this.size, controller.signal);
      this.windows.set(window, page);
      this.total = page.complete ? page.rowCount : page.rows.length;
      this.complete = page.complete;
      this.partlySearched = page.partlySearched ?? 0;
      this.error = null;
      this.drop();
    } catch (error) {
      if (controller.signal.aborted) return;
      this.error = error instanceof Error ? error : new Error(String(error));
    } finally {
      if (this.pending.get(window) === controller) this.pending.delete(window);
    }
    this.changed();
  }

  private touch(window: number): void {
    const rows = this.windows.get(window);
    if (!rows) return;
    this.windows.delete(window);
    this.windows.set(window, rows);
  }

  private drop(): void {
    for (const window of this.windows.keys()) {
      if (this.windows.size <= this.keep) return;
      if (!this.wanted.includes(window)) this.windows.delete(window);
    }
  }

  private changed(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}
