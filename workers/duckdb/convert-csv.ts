import { rmSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { quote } from "@/lib/results/encoding";
import { dialectOf } from "./convert-dialect";
import { type Converted, columnNames, mostColumns, Refusal } from "./convert-refusal";
import { stored } from "./convert-tables";

/** No line is longer. DuckDB would take many times as much for its buffers, were they not said. */
export const lineBytes = 16 << 20;

/** Values whose text every one fits become that type; a number with leading zeros is text, since those mean something. */
const shapes = {
  BOOLEAN: "^(true|false|TRUE|FALSE|True|False)$",
  BIGINT: "^-?(0|[1-9][0-9]{0,17})$",
  DECIMAL: "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$",
  DOUBLE: "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$",
  DATE: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
  TIMESTAMP: "^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?$",
  TIMESTAMPTZ:
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$",
} as const;
type Shape = keyof typeof shapes;
const order = Object.keys(shapes) as Shape[];

function fits(shape: Shape, v: string): string {
  const looks = `regexp_full_match(${v}, '${shapes[shape].slice(1, -1)}')`;
  return shape === "DATE" || shape.startsWith("TIMESTAMP")
    ? `(${looks} AND TRY_CAST(${v} AS ${shape}) IS NOT NULL)`
    : looks;
}

const digits = (v: string) => [
  `max(strlen(split_part(ltrim(${v}, '-'), '.', 1)))`,
  `max(strlen(split_part(${v}, '.', 2)))`,
];

/** Of each column the narrowest type that all of its values have. Columns in `asText` stay text. */
async function typesOf(
  duck: DuckDBConnection,
  staging: string,
  columns: number,
  asText: ReadonlySet<number>,
): Promise<string[]> {
  const from = `FROM read_parquet(${quote(staging)})`;
  const types = new Array<string>(columns).fill("VARCHAR");
  // What the first rows rule out need not be asked of all.
  let open = new Map<number, readonly Shape[]>();
  for (let i = 0; i < columns; i++) if (!asText.has(i)) open.set(i, order);
  for (const sample of [" LIMIT 5000", ""]) {
    if (open.size === 0) break;
    const asked = [...open].flatMap(([i, candidates]) => candidates.map((shape) => ({ i, shape })));
    const counts = [...open.keys()].map((i) => `count(v${i})`);
    const select = [
      ...counts,
      ...asked.map(({ i, shape }) => `count_if(v${i} IS NOT NULL AND NOT ${fits(shape, `v${i}`)})`),
    ];
    const sub = sample ? `FROM (SELECT * ${from}${sample})` : from;
    const [row = []] = (await duck.runAndReadAll(`SELECT ${select.join(", ")} ${sub}`)).getRowsJS();
    const values = new Map([...open.keys()].map((i, k) => [i, Number(row[k])]));
    const left = new Map<number, Shape[]>();
    for (const [k, { i, shape }] of asked.entries()) {
      if (Number(row[counts.length + k]) > 0) continue;
      // Of a column without a value in the sample everything is open; of one without any nothing is known.
      if (!sample && values.get(i) === 0) continue;
      left.set(i, [...(left.get(i) ?? []), shape]);
    }
    open = left;
  }
  const decimals = [...open].filter(([, [shape]]) => shape === "DECIMAL").map(([i]) => i);
  for (const [i, [shape]] of open) types[i] = shape ?? "VARCHAR";
  if (decimals.length > 0) {
    const select = decimals.flatMap((i) => digits(`v${i}`)).join(", ");
    const [row = []] = (await duck.runAndReadAll(`SELECT ${select} ${from}`)).getRowsJS();
    for (const [k, i] of decimals.entries()) {
      const [whole, fraction] = [Number(row[2 * k]), Number(row[2 * k + 1])];
      types[i] = whole + fraction <= 38 ? `DECIMAL(${whole + fraction},${fraction})` : "DOUBLE";
    }
  }
  return types;
}

/** Rows of text in `staging` (v0…) into their types. */
export async function typed(
  duck: DuckDBConnection,
  staging: string,
  target: string,
  names: string[],
  asText: ReadonlySet<number> = new Set(),
): Promise<Converted> {
  const types = await typesOf(duck, staging, names.length, asText);
  const cells = types.map((type, i) => (type === "VARCHAR" ? `v${i} AS c${i}` : `v${i}::${type} AS c${i}`));
  await duck.run(`COPY (SELECT ${cells.join(", ")} FROM read_parquet(${quote(staging)})) ${stored(target)}`);
  rmSync(staging, { force: true });
  return { columns: columnNames(names).map((name, i) => ({ name, type: types[i] ?? "VARCHAR" })) };
}

const fewer = /Expected Number of Columns: (\d+) Found: (\d+)/i;

/** So far down one looks for the names of the columns. */
const titleLines = 20;

/** DuckDB says where; what is wrong there is said in the file's own terms. */
function inWords(error: unknown, backslashes: boolean): Error {
  const text = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  if (!line) return error instanceof Error ? error : new Error(text);
  const found = fewer.exec(text);
  if (found) {
    const titles = Number(line) <= titleLines && Number(found[2]) > Number(found[1]);
    return new Refusal(
      `Line ${line} has ${found[2]} ${found[2] === "1" ? "value" : "values"} where the others have ${found[1]}. ${
        titles
          ? "If titles stand above the names of the columns, remove them: the first line has to be the names. Else correct that line. Then"
          : "Correct that line, and"
      } send the file again.`,
    );
  }
  if (/quote/i.test(text))
    return new Refusal(
      `In line ${line} a quotation mark is opened and never closed, or stands inside a value.${
        backslashes
          ? ' The file has \\" in it: inside of a value write each quotation mark twice ("") instead, which the program that made the file can do (often called "double quote" escaping).'
          : ""
      }`,
    );
  if (/maximum line size|Maximum Line Size/i.test(text))
    return new Refusal(`Line ${line} is longer than ${lineBytes >> 20} MB.`);
  return new Refusal(`Line ${line} could not be read: ${(text.split("\n")[1] ?? "").slice(0, 200)}`);
}

/** CSV in UTF-8: its delimiter, quotes and header are found, and every value stays what it was. */
export async function fromCsv(duck: DuckDBConnection, source: string, target: string): Promise<Converted> {
  const { delim, header, first, backslashes } = dialectOf(source);
  if (first.length > mostColumns) throw new Refusal(`The file has ${first.length} columns; ${mostColumns} may be.`);
  const columns = first.map((_, i) => `'v${i}': 'VARCHAR'`).join(", ");
  const staging = `${target}.text`;
  const read = `read_csv(${quote(source)}, auto_detect = false, columns = {${columns}}, delim = ${quote(delim)},
    quote = '"', escape = '"', header = ${header}, nullstr = '', allow_quoted_nulls = false, strict_mode = true,
    max_line_size = ${lineBytes}, buffer_size = ${2 * lineBytes})`;
  const cells = first.map((_, i) => `v${i}`).join(", ");
  await duck
    .run(
      `COPY (SELECT ${cells} FROM ${read}) TO ${quote(staging)} (FORMAT parquet, COMPRESSION lz4, USE_TMP_FILE false)`,
    )
    .catch((error: unknown) => {
      throw inWords(error, backslashes);
    });
  return typed(duck, staging, target, header ? first : first.map(() => ""));
}
