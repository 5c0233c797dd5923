import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier, quote } from "@/lib/results/encoding";
import { type Converted, columnNames, mostColumns, Refusal } from "./refusal";

/** Where rows go. As Sluice keeps files their columns are numbered, since names may be anything. */
export interface Target {
  file: string;
  columns: "numbered" | "named";
}

export const stored = ({ file }: Target) =>
  `TO ${quote(file)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30720, USE_TMP_FILE false)`;

/** What each column is called there, as it stands in SQL; `names` as `columnNames` gives them. */
export const calledIn = ({ columns }: Target, names: string[]): string[] =>
  names.map((name, i) => (columns === "named" ? identifier(name) : `c${i}`));

async function copy(duck: DuckDBConnection, source: string, target: Target): Promise<Converted> {
  const described = (await duck.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)).getRowsJS() as string[][];
  if (described.length === 0) throw new Refusal("The file has no columns.");
  if (described.length > mostColumns)
    throw new Refusal(`The file has ${described.length} columns; ${mostColumns} may be.`);
  const names = columnNames(described.map(([name = ""]) => name));
  const called = calledIn(target, names);
  const cells = described.map(([name = ""], i) => `${identifier(name)} AS ${called[i]}`).join(", ");
  await duck.run(`COPY (SELECT ${cells} FROM ${source}) ${stored(target)}`);
  return { columns: described.map(([, type = ""], i) => ({ name: names[i] ?? "", type })) };
}

export async function fromParquet(duck: DuckDBConnection, source: string, target: Target): Promise<Converted> {
  try {
    return await copy(duck, `read_parquet(${quote(source)})`, target);
  } catch (error) {
    if (error instanceof Refusal || /memory|allocat/i.test(String(error))) throw error;
    throw new Refusal("The file begins like Parquet, but it is damaged, cut off or encrypted. Make it again.");
  }
}

export async function fromJson(
  duck: DuckDBConnection,
  source: string,
  target: Target,
  format: "json" | "ndjson",
): Promise<Converted> {
  // An array of objects, objects one after the other, or one: its rows are the objects, its columns their fields.
  const how = format === "ndjson" ? "newline_delimited" : "auto";
  const read = `read_json(${quote(source)}, format = '${how}', sample_size = -1, maximum_object_size = 67108864)`;
  try {
    return await copy(duck, read, target);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof Refusal || /Out of Memory|allocat/i.test(text)) throw error;
    const line = /(?:line|record\/value) (\d+)/i.exec(text)?.[1];
    const where = line ? `${format === "ndjson" ? "Line" : "Value"} ${line} is` : "Part of the file is";
    throw new Refusal(
      `${where} not JSON as it should be: ${(text.split("\n")[0] ?? "").replace(/^.*?Malformed/, "malformed").slice(0, 200)}`,
    );
  }
}
