import { createWriteStream, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier, quote } from "@/lib/results/encoding";
import { type Context, outFolder, StageError, type Told, workFolder } from "../sql/context";
import { unreadable } from "../sql/duck";
import { pages } from "./pages";
import { Newest, shaped } from "./records";
import { openShutIn, writeRows } from "./write-rows";

/** What it leaves for the interval after, and for later stages. */
interface Handed {
  /** Where the next interval begins. */
  since: string | null;
  /** Names and types, for a time when nothing comes. */
  columns: Record<string, string>;
}

/** Asks an API from its first page to its last, and hands the records on. */
export async function pull(context: Context): Promise<Told> {
  const work = workFolder();
  try {
    const before = (context.before ?? {}) as Partial<Handed>;
    const { since_field: by, since_first: first } = context.params;
    const newest = typeof by === "string" && by !== "" ? new Newest(by) : null;
    const since = newest ? (before.since ?? (typeof first === "string" && first !== "" ? first : null)) : null;
    const told = { pages: 0, records: 0 };
    const lines = path.join(work, "records.ndjson");
    await pipeline(Readable.from(written(context, since, newest, told)), createWriteStream(lines));
    const duck = await openShutIn(work);
    const columns = await store(duck, context, work, { lines, records: told.records, before });
    const rows = await writeRows(duck, context, path.join(work, "rows.parquet"), "rows");
    hand({ since: newest?.text ?? since, columns });
    return { rows, metrics: { pages: told.pages, ...(since === null ? {} : { since }) } };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function* written(
  context: Context,
  since: string | null,
  newest: Newest | null,
  told: { pages: number; records: number },
) {
  const fields = Object.entries((context.params.fields ?? {}) as Record<string, string>);
  const most = context.dry?.rows ?? null;
  for await (const records of pages(context, since)) {
    told.pages++;
    for (const record of records) {
      newest?.see(record);
      told.records++;
      yield `${JSON.stringify(shaped(record, fields))}\n`;
      if (most !== null && told.records >= most) return;
    }
  }
}

/** The records as Parquet. Of none, the columns are those that are asked for, or of the time before. */
async function store(
  duck: DuckDBConnection,
  context: Context,
  work: string,
  { lines, records, before }: { lines: string; records: number; before: Partial<Handed> },
): Promise<Record<string, string>> {
  const target = `TO ${quote(path.join(work, "rows.parquet"))} (FORMAT parquet, COMPRESSION zstd)`;
  if (records === 0) {
    const named = Object.keys((context.params.fields ?? {}) as object).map((name) => [name, "VARCHAR"] as const);
    const columns = { ...Object.fromEntries(named), ...before.columns };
    if (Object.keys(columns).length === 0)
      throw new StageError("The API gave no record, and which columns there would be is not known yet.", {
        field: "fields",
        hint: "Name the columns, or run it over an interval that has records first.",
      });
    const cells = Object.entries(columns).map(([name, type]) => `NULL::${type} AS ${identifier(name)}`);
    await duck.run(`COPY (SELECT ${cells.join(", ")} WHERE false) ${target}`);
    return columns;
  }
  const from = `read_json(${quote(lines)}, format = 'newline_delimited', sample_size = -1, maximum_object_size = 67108864)`;
  try {
    await duck.run(`COPY (SELECT * FROM ${from}) ${target}`);
    const described = await duck.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`);
    return Object.fromEntries(described.getRowsJS().map(([name, type]) => [String(name), String(type)]));
  } catch (error) {
    throw unreadable(error);
  }
}

/** Columns whose types are too long to be handed on (deep objects) are left out: they are found anew. */
function hand({ since, columns }: Handed): void {
  const brief = Object.fromEntries(Object.entries(columns).filter(([, type]) => type.length <= 200));
  const all = JSON.stringify({ since, columns: brief });
  const text = all.length <= 60_000 ? all : JSON.stringify({ since, columns: {} });
  writeFileSync(path.join(outFolder(), "params.json"), text);
}
