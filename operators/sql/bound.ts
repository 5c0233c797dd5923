import pg from "pg";
import { StageError } from "./context";
import { ask } from "./warehouse";

/** A person's query, known to be one, and ready to stand inside of another statement. */
export interface Query {
  /** Its values are read from settings of the session, so that it can stand in COPY, which takes none. */
  sql: string;
  columns: { name: string; type: string }[];
}

const strings = /'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![A-Za-z0-9_$\u0080-\uffff])[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y;
const dollars = /\$([A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$[\s\S]*?\$\1\$/y;
const word = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const placeholder = /\$([0-9]+)/y;

function matched(pattern: RegExp, sql: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(sql);
}

/** Comments nest. */
function commentEnd(sql: string, at: number): number {
  let depth = 0;
  for (let i = at; i < sql.length; i++) {
    if (sql.startsWith("/*", i)) depth += 1;
    else if (sql.startsWith("*/", i)) depth -= 1;
    else continue;
    i += 1;
    if (depth === 0) return i + 1;
  }
  return sql.length;
}

interface Piece {
  text: string;
  kind: "placeholder" | "blank" | "other";
}

function* pieces(sql: string): Generator<Piece> {
  for (let at = 0; at < sql.length; ) {
    const comment = sql.startsWith("/*", at)
      ? sql.slice(at, commentEnd(sql, at))
      : matched(/--[^\n\r]*/y, sql, at)?.[0];
    const blank = comment ?? matched(/\s+/y, sql, at)?.[0];
    const held = blank ?? matched(placeholder, sql, at)?.[0];
    const kind = blank !== undefined ? "blank" : held !== undefined ? "placeholder" : "other";
    const text =
      held ?? (matched(strings, sql, at) ?? matched(dollars, sql, at) ?? matched(word, sql, at))?.[0] ?? sql[at] ?? "";
    yield { text, kind };
    at += text.length;
  }
}

/** The query without what follows its last word, and with `$1` outside of strings, names and comments replaced. */
export function replacePlaceholders(sql: string, write: (n: number) => string): string {
  const all = [...pieces(sql)];
  const end = all.findLastIndex(({ kind, text }) => kind !== "blank" && text !== ";");
  return all
    .slice(0, end + 1)
    .map(({ kind, text }) => (kind === "placeholder" ? write(Number(text.slice(1))) : text))
    .join("");
}

const element = (value: unknown): string =>
  value === null ? "NULL" : `"${(asText(value) ?? "").replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** A list is the server's own text of an array. */
function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return `{${value.map(element).join(",")}}`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

const intro = "prepare sluice_query as\n";

/** Where the server found the fault, in the person's own lines. */
function placed(error: unknown, sql: string, before: number, field: string): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const at = Number(error.position ?? 0) - before;
  const lines = [...sql]
    .slice(0, Math.max(0, at - 1))
    .join("")
    .split("\n");
  const where = at > 0 ? ` (line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1})` : "";
  return new StageError(`${error.message}${where}`, { field, ...(error.hint ? { hint: error.hint } : {}) });
}

/**
 * Has the server parse it alone: PREPARE takes one statement, and what follows a semicolon is refused. Only then may
 * it stand inside of ours.
 */
export async function prepareQuery(
  client: pg.Client,
  { sql, values }: { sql: string; values: unknown[] },
  field: string,
): Promise<Query> {
  const types = await parametersOf(client, sql, field);
  if (types.length !== values.length)
    throw new StageError(`The SQL has ${types.length} placeholders, and ${values.length} values were given.`, {
      field,
    });
  for (const [n, value] of values.entries())
    await ask(client, "select pg_catalog.set_config($1, $2, false)", [`sluice.p${n + 1}`, asText(value) ?? ""]);
  const bound = replacePlaceholders(sql, (n) =>
    asText(values[n - 1]) === null
      ? `(null::${types[n - 1]})`
      : `(pg_catalog.current_setting('sluice.p${n}')::${types[n - 1]})`,
  );
  const columns = await columnsOf(client, bound, field);
  refuseTwice(columns, field);
  return { sql: bound, columns };
}

/** @throws StageError where a file or a table could not have the columns */
export function refuseTwice(columns: { name: string }[], field: string): void {
  const twice = columns.find(({ name }, n) => columns.findIndex((one) => one.name === name) < n);
  if (twice) throw new StageError(`Two columns are called "${twice.name}". Give one another name with AS.`, { field });
}

async function parametersOf(client: pg.Client, sql: string, field: string): Promise<string[]> {
  try {
    await ask(client, `${intro}${sql}`);
  } catch (error) {
    throw placed(error, sql, intro.length, field);
  }
  const [row] = await ask(
    client,
    `select coalesce(json_agg(t::text order by n), '[]')::text from pg_catalog.pg_prepared_statements p,
       unnest(p.parameter_types) with ordinality as u(t, n) where p.name = 'sluice_query'`,
  );
  await ask(client, "deallocate sluice_query");
  return JSON.parse(row?.[0] ?? "[]") as string[];
}

/** Without running it, and with the types' modifiers. */
async function columnsOf(client: pg.Client, sql: string, field: string): Promise<Query["columns"]> {
  const text = `select * from (\n${sql}\n) as rows limit 0`;
  try {
    const query = { text, values: [], rowMode: "array" as const, queryMode: "extended" };
    const { fields } = await client.query<(string | null)[]>(query);
    const modified = fields as (pg.FieldDef & { dataTypeModifier: number })[];
    const pairs = modified.map(({ dataTypeID, dataTypeModifier }) => [dataTypeID, dataTypeModifier]);
    const [row] = await ask(
      client,
      `select coalesce(json_agg(pg_catalog.format_type((e ->> 0)::oid, (e ->> 1)::int) order by n), '[]')::text
       from json_array_elements($1::json) with ordinality as u(e, n)`,
      [JSON.stringify(pairs)],
    );
    const types = JSON.parse(row?.[0] ?? "[]") as string[];
    return fields.map(({ name }, n) => ({ name, type: types[n] ?? "text" }));
  } catch (error) {
    throw placed(error, sql, "select * from (\n".length, field);
  }
}
