import { identifier, quote } from "@/lib/results/encoding";
import type { Column } from "@/lib/warehouses/adapter";
import { WarehouseError } from "@/lib/warehouses/adapter";

/** Types of which Parquet, as DuckDB writes it, does not hold every value, and those that do instead. */
const inexact: [RegExp, string][] = [
  [/\bU?HUGEINT\b/g, "DECIMAL(38,0)"],
  [/^"NULL"$/g, "INTEGER"],
  [/\b(INTERVAL|BIT|BIGNUM|TIME WITH TIME ZONE|TIME_NS)\b/g, "VARCHAR"],
  [/^(ENUM|UNION)\(.*\)$/gs, "VARCHAR"],
];

/** The type that a column of this one has in a file. Names of fields within it stay as they are. */
export function keptType(type: string): string {
  return type
    .split(/("(?:[^"]|"")*")/)
    .map((part, n) => (n % 2 && type !== '"NULL"' ? part : kept(part)))
    .join("");
}

const kept = (text: string) => inexact.reduce((all, [pattern, instead]) => all.replace(pattern, instead), text);

/** @throws WarehouseError where a file could not have the columns */
export function refuseNames(columns: Column[]): void {
  const key = ({ name }: Column) => name.toLowerCase();
  const twice = columns.find((one, n) => columns.findIndex((other) => key(other) === key(one)) < n);
  const message = twice
    ? `Two columns are called "${twice.name}". Give one another name with AS.`
    : columns.some(({ name }) => name === "")
      ? "A column has no name. Give it one with AS."
      : null;
  if (message) throw new WarehouseError({ code: "42701", message });
}

/** The statement that keeps a query's rows in a file. */
export function keepSql(query: string, columns: Column[], types: string[], into: string): string {
  const cells = columns.map(({ name }, i) => {
    const as = keptType(types[i] ?? "");
    return `${as === types[i] ? `c${i}` : `c${i}::${as}`} AS ${identifier(name)}`;
  });
  const names = columns.map((_, i) => `c${i}`).join(", ");
  return `COPY (SELECT ${cells.join(", ")} FROM (\n${query}\n) AS t(${names}))
    TO ${quote(into)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`;
}
