import type mysql from "mysql2";
import type { Answer } from "../answer";
import { refuseTwice } from "../bound";
import { type Context, StageError } from "../context";
import { textAnswer } from "../text-rows";
import { askMysql, literal, type Row } from "./connect";
import { first } from "./rows";

/** Strings, names, comments, or a value's place; else one character. */
const piece =
  /'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"\\]|""|\\[\s\S])*"|`(?:[^`]|``)*`|\/\*[\s\S]*?\*\/|#[^\n\r]*|--(?=\s|$)[^\n\r]*|@sluice_p(\d+)|[\s\S]/g;
const instant = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)Z$/;

type Bound = Context["sql"][string];

/** Its values are variables of the session; each stands where its name does, as a ?. */
async function prepare(client: mysql.Connection, { sql, values }: Bound): Promise<string> {
  const order: number[] = [];
  const asked = [...sql.matchAll(piece)]
    .map(([text, n]) => {
      if (n === undefined) return text;
      order.push(Number(n));
      // As long as the name: the server's lines and columns are the person's.
      return "?".padEnd(text.length);
    })
    .join("");
  const set = values.map((value, n) => `@sluice_p${n + 1} = ${valueText(value)}`);
  await askMysql(client, `set ${[...set, `@sluice_sql = ${literal(asked)}`].join(", ")}`);
  await askMysql(client, "prepare sluice_query from @sluice_sql");
  return `execute sluice_query${order.length > 0 ? ` using ${order.map((n) => `@sluice_p${n}`).join(", ")}` : ""}`;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value))
    throw new StageError("MySQL takes no list as a value. Use one value at each place.", { field: "sql" });
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // The session is in UTC, and the server reads no zone.
  return literal(text.replace(instant, "$1 $2"));
}

/** As the protocol describes a column. */
interface Field {
  name: string;
  columnType: number;
  columnLength: number;
  decimals: number;
  flags: number;
  characterSet: number;
}

const unsignedFlag = 0x20;
const binary = 63;
const kinds: Record<number, [string, string]> = {
  1: ["smallint", "smallint"],
  2: ["smallint", "integer"],
  3: ["integer", "bigint"],
  8: ["bigint", "numeric(20,0)"],
  9: ["integer", "integer"],
  13: ["smallint", "smallint"],
  4: ["real", "real"],
  5: ["double precision", "double precision"],
  7: ["timestamp with time zone", "timestamp with time zone"],
  10: ["date", "date"],
  12: ["timestamp without time zone", "timestamp without time zone"],
};

/** The type in PostgreSQL's words, and how a cell's bytes become its text. */
function typed({ columnType, columnLength, decimals, flags, characterSet }: Field): [string, (cell: Buffer) => string] {
  const plain = (cell: Buffer) => cell.toString("utf8");
  const unsigned = (flags & unsignedFlag) !== 0;
  if (columnType === 0 || columnType === 246)
    return [`numeric(${columnLength - (decimals > 0 ? 1 : 0) - (unsigned ? 0 : 1)},${decimals})`, plain];
  if (columnType === 16)
    return [
      `bit(${columnLength})`,
      (cell) =>
        BigInt(`0x0${cell.toString("hex")}`)
          .toString(2)
          .padStart(columnLength, "0"),
    ];
  if (columnType === 7) return ["timestamp with time zone", (cell) => `${plain(cell)}+00`];
  if (characterSet === binary && columnType >= 249) return ["bytea", (cell) => `\\x${cell.toString("hex")}`];
  return [kinds[columnType]?.[unsigned ? 1 : 0] ?? "text", plain];
}

/** Rows of a person's query: of a sample the first, of which the server sends no more where the query says nothing else. @throws StageError at the SQL */
export async function mysqlAnswer(client: mysql.Connection, bound: Bound, most: number | null): Promise<Answer> {
  try {
    if (most !== null) await askMysql(client, `set session sql_select_limit = ${most}`);
    const running = client.query(await prepare(client, bound));
    const described = new Promise<Field[]>((resolve, reject) => {
      running.on("fields", (fields: Field[] | undefined) => resolve(fields ?? []));
      running.on("error", reject);
    });
    const rows = running.stream({ highWaterMark: 1_000 });
    rows.on("error", () => undefined);
    const fields = await described;
    refuseTwice(fields, "sql");
    const texts = fields.map((field) => typed(field));
    return textAnswer(
      fields.map(({ name }, at) => ({ name, type: texts[at]?.[0] ?? "text" })),
      () => first(rows as AsyncIterable<Row>, most),
      (row) => row.map((cell, at) => (cell === null ? null : (texts[at]?.[1](cell) ?? ""))),
    );
  } catch (error) {
    if (error instanceof StageError) throw error;
    throw new StageError((error as Error).message, { field: "sql" });
  }
}
