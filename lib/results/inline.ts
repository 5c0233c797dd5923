import type { Column } from "@/lib/warehouses/adapter";
import { compareCells, compareNullable } from "./compare";
import { encodingOf } from "./encoding";
import type { Cell } from "./head";
import type { Filter, RowsQuery } from "./schema";

/** Filters, sorts and searches a small result, whose rows are all at hand. */

function wanted(column: Column, value: string | number | boolean, timeZoneOffset: string): string {
  const text = String(value).trim();
  const { kind } = encodingOf(column.type);
  if (kind === "bool") return /^(t|true|1|yes)$/i.test(text) ? "t" : "f";
  if (kind === "text") return String(value);
  if (/^nan$/i.test(text)) return "NaN";
  if (kind === "timestamptz" && !/([+-]\d{2}(:?\d{2})?|Z|infinity)$/i.test(text.replace(/^\d+-\d+-\d+/, ""))) {
    return `${text.replace("T", " ")}${text.includes(":") ? "" : " 00:00:00"}${timeZoneOffset}`;
  }
  return text;
}

/** The offset that a zone has at a local time, as `+05:45`. */
export function offsetAt(timeZone: string, local: string): string {
  const near = new Date(
    `${/^\d{4}-\d{2}-\d{2}/.exec(local)?.[0] ?? "2000-01-01"}T${/\d{2}:\d{2}/.exec(local)?.[0] ?? "00:00"}:00Z`,
  );
  const name = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" })
    .formatToParts(near)
    .find((part) => part.type === "timeZoneName")?.value;
  return name && name !== "GMT" ? name.slice(3) : "+00:00";
}

/** The values are read once and not for each row: finding a zone's offset takes longer than a thousand comparisons. */
function test(column: Column, filter: Filter, timeZone: string): (cell: Cell) => boolean {
  const { kind } = encodingOf(column.type);
  const against = (value: string | number | boolean) => {
    const offset = kind === "timestamptz" ? offsetAt(timeZone, String(value)) : "";
    const text = wanted(column, value, offset);
    return (cell: string) => compareCells(kind, cell, text);
  };
  const there = (passes: (cell: string) => boolean) => (cell: Cell) => cell !== null && passes(cell);
  const ordered = (value: string | number | boolean, passes: (order: number) => boolean) => {
    const compare = against(value);
    return there((cell) => passes(compare(cell)));
  };
  switch (filter.op) {
    case "null":
      return (cell) => cell === null;
    case "notnull":
      return (cell) => cell !== null;
    case "in":
    case "notin": {
      const compared = filter.value.map(against);
      const none = filter.op === "notin";
      return there((cell) => compared.some((compare) => compare(cell) === 0) !== none);
    }
    case "contains": {
      const part = String(filter.value).toLowerCase();
      return there((cell) => cell.toLowerCase().includes(part));
    }
    case "starts": {
      const part = String(filter.value).toLowerCase();
      return there((cell) => cell.toLowerCase().startsWith(part));
    }
    case "eq":
      return ordered(filter.value, (order) => order === 0);
    case "ne":
      return ordered(filter.value, (order) => order !== 0);
    case "lt":
      return ordered(filter.value, (order) => order < 0);
    case "le":
      return ordered(filter.value, (order) => order <= 0);
    case "gt":
      return ordered(filter.value, (order) => order > 0);
    case "ge":
      return ordered(filter.value, (order) => order >= 0);
  }
}

export function selectRows(
  rows: Cell[][],
  columns: Column[],
  query: Pick<RowsQuery, "sort" | "filter" | "search">,
  timeZone: string,
): Cell[][] {
  let chosen = rows;
  for (const filter of query.filter ?? []) {
    const column = columns[filter.column];
    if (!column) continue;
    const passes = test(column, filter, timeZone);
    chosen = chosen.filter((row) => passes(row[filter.column] ?? null));
  }
  if (query.search) {
    const term = query.search.toLowerCase();
    chosen = chosen.filter((row) => row.some((cell) => cell?.toLowerCase().includes(term)));
  }
  const keys = query.sort ?? [];
  if (keys.length === 0) return chosen;
  const kinds = columns.map((column) => encodingOf(column.type).kind);
  return [...chosen].sort((a, b) => {
    for (const { column, descending } of keys) {
      const order = compareNullable(kinds[column] ?? "text", a[column] ?? null, b[column] ?? null, descending);
      if (order !== 0) return order;
    }
    return 0;
  });
}
