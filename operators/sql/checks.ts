import { StageError } from "./context";
import { literal, quoted, shown, tableName } from "./names";

/** One expectation, in the words of dbt and Great Expectations. */
export interface Check {
  kind: "not_null" | "unique" | "accepted_values" | "relationships" | "row_count" | "between" | "freshness";
  column?: string;
  values?: string[];
  to_table?: string;
  to_column?: string;
  least?: number;
  most?: number;
  within?: string;
}

/** A statement of one row: how many (or what) was found, and whether that is as expected. */
export interface Asked {
  /** As a person would say it. */
  expectation: string;
  sql: string;
  /** What was found instead. */
  found(value: string | null): string;
}

const units: Record<string, string> = { s: "seconds", m: "minutes", h: "hours", d: "days" };

function columnOf({ kind, column }: Check, field: string): string {
  if (column) return column;
  throw new StageError(`Say which column ${kind} is about.`, { field });
}

/**
 * @param rows what stands after FROM, under the name r
 * @throws StageError at the check's field
 */
export function asked(check: Check, rows: string, field: string): Asked {
  const count = (what: string, from = rows) => `select count(*)::text, (count(*) = 0)::text from ${from} where ${what}`;
  const { kind } = check;
  if (kind === "row_count") {
    const { least = 0, most } = check;
    const upper = most === undefined ? "" : ` and count(*) <= ${Number(most)}`;
    return {
      expectation:
        most === undefined && least === 1
          ? "there is at least 1 row"
          : `there are ${most === undefined ? `at least ${least}` : `${least} to ${most}`} rows`,
      sql: `select count(*)::text, (count(*) >= ${Number(least)}${upper})::text from ${rows}`,
      found: (value) => (value === "1" ? "there is 1" : `there are ${value}`),
    };
  }
  const name = columnOf(check, field);
  const column = quoted(name);
  if (kind === "freshness") {
    const [, amount, unit = ""] = /^(\d+)([smhd])$/.exec(check.within ?? "") ?? [];
    if (!amount) throw new StageError("Say within which time, as 24h or 2d.", { field });
    const since = `now() - interval '${amount} ${units[unit]}'`;
    return {
      expectation: `the latest ${name} is of the last ${amount} ${amount === "1" ? units[unit]?.slice(0, -1) : units[unit]}`,
      sql: `select max(${column})::text, coalesce(max(${column})::timestamptz >= ${since}, false)::text from ${rows}`,
      found: (value) => (value === null ? "there is none" : `it is ${value}`),
    };
  }
  const inRows = (value: string | null) => (value === "1" ? "1 row is not" : `${value} rows are not`);
  if (kind === "not_null")
    return { expectation: `${name} is filled in`, sql: count(`${column} is null`), found: inRows };
  if (kind === "unique")
    return {
      expectation: `${name} is different in every row`,
      sql: count("n > 1", `(select count(*) as n from ${rows} where ${column} is not null group by ${column}) as g`),
      found: (value) => (value === "1" ? "1 value stands in several rows" : `${value} values stand in several rows`),
    };
  if (kind === "between") {
    const { least, most } = check;
    const outside = [
      ...(least === undefined ? [] : [`${column} < ${Number(least)}`]),
      ...(most === undefined ? [] : [`${column} > ${Number(most)}`]),
    ];
    if (outside.length === 0) throw new StageError("Say between what, as least and most.", { field });
    return {
      expectation: `${name} is between ${least ?? "anything"} and ${most ?? "anything"}`,
      sql: count(outside.join(" or ")),
      found: inRows,
    };
  }
  if (kind === "accepted_values") {
    const values = check.values ?? [];
    if (values.length === 0) throw new StageError("List the values that are accepted.", { field });
    return {
      expectation: `${name} is one of ${values.join(", ")}`,
      sql: count(`${column}::text <> all (array[${values.map(literal).join(", ")}]::text[])`),
      found: inRows,
    };
  }
  const to = tableName(check.to_table ?? "", field);
  const other = quoted(check.to_column ?? name);
  return {
    expectation: `${name} stands in ${to.schema}.${to.name}`,
    sql: count(`${column} is not null and not exists (select 1 from ${shown(to)} o where o.${other} = r.${column})`),
    found: inRows,
  };
}
