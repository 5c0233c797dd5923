import type { Column } from "@/lib/warehouses/adapter";

/** How DuckDB's types are called in Sluice's own words (lib/warehouses/adapter.ts); others keep their own name. */
const named: Record<string, string> = {
  BOOLEAN: "boolean",
  TINYINT: "smallint",
  UTINYINT: "smallint",
  SMALLINT: "smallint",
  USMALLINT: "integer",
  INTEGER: "integer",
  UINTEGER: "bigint",
  BIGINT: "bigint",
  UBIGINT: "numeric(20,0)",
  HUGEINT: "numeric",
  UHUGEINT: "numeric",
  FLOAT: "real",
  DOUBLE: "double precision",
  VARCHAR: "text",
  JSON: "json",
  UUID: "uuid",
  BLOB: "bytea",
  BIT: "bit varying",
  DATE: "date",
  TIME: "time without time zone",
  "TIME WITH TIME ZONE": "time with time zone",
  TIMESTAMP: "timestamp without time zone",
  TIMESTAMP_S: "timestamp without time zone",
  TIMESTAMP_MS: "timestamp without time zone",
  "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
  INTERVAL: "interval",
};

export function columnOf(name: string, type: string): Column {
  const decimal = /^DECIMAL(\(\d+,\d+\))$/.exec(type)?.[1];
  const word = decimal ? `numeric${decimal}` : /^ENUM\(/.test(type) ? "text" : named[type];
  return word === undefined || word === type ? { name, type } : { name, type: word, engineType: type };
}

const bc = (text: string) =>
  `CASE WHEN contains(${text}, ' (BC)') THEN replace(${text}, ' (BC)', '') || ' BC' ELSE ${text} END`;

/** A cell's text, written as Sluice's own words of its type have it. */
function textOf(type: string, cell: string): string {
  const text = `${cell}::VARCHAR`;
  if (type === "BOOLEAN") return `CASE ${cell} WHEN true THEN 't' WHEN false THEN 'f' END`;
  if (type === "FLOAT" || type === "DOUBLE")
    return `CASE WHEN isnan(${cell}) THEN 'NaN' WHEN isinf(${cell}) THEN CASE WHEN ${cell} > 0 THEN 'Infinity' ELSE '-Infinity' END ELSE ${text} END`;
  if (type === "BLOB") return `'\\x' || lower(hex(${cell}))`;
  return /^(DATE|TIMESTAMP)/.test(type) && type !== "TIMESTAMP_NS" ? bc(text) : text;
}

/** Types whose text never holds a comma, a quote or a line end. */
const plain =
  /^(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL.*|DATE|TIME.*|UUID|BLOB|BIT)$/;

/** Cells of more bytes are stored apart from their rows. */
const largest = 1 << 20;

/**
 * The statement around a query that gives each row as a line of CSV, or, where a cell is too large for that, its cells.
 * `take` rows at most; null is all.
 */
export function linesOf(query: string, types: string[], take: number | null): string {
  const cells = types.map((type, i) => `${textOf(type, `c${i}`)} AS t${i}`);
  const parts = types.map((type, i) => {
    const t = `t${i}`;
    if (plain.test(type)) return `coalesce(${t}, '')`;
    const quoted = `'"' || replace(${t}, '"', '""') || '"'`;
    return `CASE WHEN ${t} IS NULL THEN '' WHEN ${t} = '' OR regexp_matches(${t}, '[",\\r\\n]') THEN ${quoted} ELSE ${t} END`;
  });
  const line = parts.length === 1 ? parts[0] : `concat(${parts.join(", ',', ")})`;
  const wide = types.flatMap((type, i) =>
    plain.test(type) && type !== "BLOB" ? [] : [`coalesce(strlen(t${i}), 0) > ${largest}`],
  );
  const large = wide.length === 0 ? "false" : `(${wide.join(" OR ")})`;
  const all = `[${types.map((_, i) => `t${i}`).join(", ")}]`;
  const names = types.map((_, i) => `c${i}`).join(", ");
  const limit = take === null ? "" : ` LIMIT ${take}`;
  return `SELECT CASE WHEN ${large} THEN NULL ELSE ${line} END, CASE WHEN ${large} THEN ${all} END
    FROM (SELECT ${cells.join(", ")} FROM (\n${query}\n) AS t(${names})${limit})`;
}

/** A line of CSV of cells, as the statement above writes it. */
export function lineOf(cells: (string | null)[]): string {
  const quoted = (cell: string) => (cell === "" || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return cells.map((cell) => (cell === null ? "" : quoted(cell))).join(",");
}

export const isLarge = (cell: string | null): cell is string => cell !== null && Buffer.byteLength(cell) > largest;
