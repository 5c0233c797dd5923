import { open, stat } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier, quote } from "@/lib/results/encoding";

/** Up to so much DuckDB's own look at every row; it takes 20 times as long as a reading, and all that it looks at in memory. */
const wholeUpTo = 32 * 1024 * 1024;
const mostSampled = 100_000;

/**
 * Whether a text is one of that type and nothing is lost by reading it as such: a sampled whole number would take 1.5 as 2,
 * a date would leave out its time.
 */
const holds: Record<string, (text: string) => string> = {
  BOOLEAN: (text) => `lower(${text}) IN ('true', 'false', 't', 'f', 'yes', 'no', 'y', 'n')`,
  BIGINT: (text) => `regexp_full_match(${text}, '\\s*[+-]?[0-9]+\\s*') AND TRY_CAST(${text} AS BIGINT) IS NOT NULL`,
  DOUBLE: (text) => `NOT contains(${text}, '_') AND TRY_CAST(${text} AS DOUBLE) IS NOT NULL`,
  DATE: (text) => `length(trim(${text})) <= 10 AND TRY_CAST(${text} AS DATE) IS NOT NULL`,
  TIME: (text) => `NOT regexp_matches(${text}, '[+-]') AND TRY_CAST(${text} AS TIME) IS NOT NULL`,
  TIMESTAMP: (text) => `TRY_CAST(${text} AS TIMESTAMP) IS NOT NULL`,
};
/** What a column is instead where not all of its rows are of the sample's type; after the last, text. */
const wider: Record<string, string[]> = { BIGINT: ["BIGINT", "DOUBLE"] };

/** So many rows as stand in some 32 MiB, by the first of them: long rows would be a sample larger than the memory. */
async function sampleOf(file: string): Promise<number> {
  const first = await open(file);
  try {
    const { buffer, bytesRead } = await first.read({ buffer: Buffer.alloc(1024 * 1024) });
    const lines = buffer.subarray(0, bytesRead).toString("latin1").split("\n").length;
    return Math.min(mostSampled, lines * 32);
  } finally {
    await first.close();
  }
}

/**
 * How the rows of CSV files are read, each column by the type of all of its rows; in large files one that is empty in all
 * of the sample is text, and so are dates other than 2026-12-31. `list` is DuckDB's list of the same files.
 */
export async function csvSource(duck: DuckDBConnection, files: string[], list: string): Promise<string> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const read = (more: string) => `read_csv(${list}, header = true, union_by_name = true${more})`;
  if (sizes.reduce((sum, size) => sum + size, 0) <= wholeUpTo) return read(", sample_size = -1");
  // What is quoted first behind the sample is quoted all the same.
  const quoted = `, quote = '"', escape = '"', sample_size = ${await sampleOf(files[0] ?? "")}`;
  const texts = read(`${quoted}, all_varchar = true`);
  const found = await duck.runAndReadAll(`DESCRIBE SELECT * FROM ${read(quoted)}`);
  const sampled = found.getRowsJS().map(([name, type]) => ({ name: String(name), type: String(type) }));
  const asked = sampled.flatMap(({ name, type }) =>
    (wider[type] ?? [type]).filter((each) => holds[each]).map((each) => ({ name, type: each })),
  );
  const tests = asked.map(({ name, type }) => `bool_and(${holds[type]?.(identifier(name))})`);
  const [answers = []] = tests.length
    ? (await duck.runAndReadAll(`SELECT ${tests.join(", ")} FROM ${texts}`)).getRowsJS()
    : [];
  const types = sampled.map(({ name }) => {
    const type = asked.find((each, n) => each.name === name && answers[n] !== false)?.type ?? "VARCHAR";
    return `${quote(name)}: ${quote(type)}`;
  });
  return read(`${quoted}, types = {${types.join(", ")}}`);
}
