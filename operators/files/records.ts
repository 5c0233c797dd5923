import { StageError } from "../sql/context";

/** What stands at `customer.name`, or `items.0.id`; undefined where the way does not lead on. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const key of path.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

/** A record as a line of a table: the columns that are asked for, or its own. */
export function shaped(record: unknown, fields: [column: string, path: string][]): object {
  if (fields.length > 0)
    return Object.fromEntries(fields.map(([column, path]) => [column, valueAt(record, path) ?? null]));
  if (typeof record === "object" && record !== null && !Array.isArray(record)) return record;
  return { value: record };
}

/** The largest value of one field, as it was written: numbers by value, all else by its text, as times sort. */
export class Newest {
  private newest: string | number | null = null;

  constructor(private readonly path: string) {}

  see(record: unknown): void {
    const value = valueAt(record, this.path);
    if (value === null || value === undefined) return;
    if (typeof value !== "string" && typeof value !== "number")
      throw new StageError(`${this.path} is neither a text nor a number, so that nothing of it is the newest.`, {
        field: "since_field",
      });
    if (this.newest === null || this.isNewer(value)) this.newest = value;
  }

  private isNewer(value: string | number): boolean {
    const than = this.newest as string | number;
    if (typeof value === "number" && typeof than === "number") return value > than;
    return String(value) > String(than);
  }

  get text(): string | null {
    return this.newest === null ? null : String(this.newest);
  }
}
