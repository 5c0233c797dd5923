import { type Lexis, lineEnd, matchAt } from "@/lib/warehouses/lexer";

const parameter = /@sluice_p\d+|\?/y;
/** Two dashes begin a comment only before a blank: `5--3` is eight. */
const dashes = /--(?=\s|$)/y;

/** A quote in a quoted text is doubled; in strings a backslash keeps the next character, too. */
function quotedEnd(sql: string, from: number, quote: string): number {
  for (let i = from; i < sql.length; i++) {
    if (sql[i] === "\\" && quote !== "`") i++;
    else if (sql[i] === quote && sql[i + 1] === quote) i++;
    else if (sql[i] === quote) return i + 1;
  }
  return sql.length;
}

/** MySQL's and MariaDB's: both quotes are strings, names stand in backticks, # begins a comment, comments do not nest. */
export const mysqlLexis: Lexis = {
  own,
  // Its own ? has no number, and a value may be wanted twice: a session puts ? in the place of these names.
  parameter: (n) => `@sluice_p${n}`,
  quote: "`",
  escapedQuote: "``",
  plain: /^[A-Za-z_$][A-Za-z0-9_$]*$/,
};

function own(sql: string, at: number): ReturnType<Lexis["own"]> {
  const char = sql[at] ?? "";
  if (char === "#" || (char === "-" && matchAt(dashes, sql, at) > 0)) return { kind: "comment", end: lineEnd(sql, at) };
  if (sql.startsWith("/*", at)) {
    const close = sql.indexOf("*/", at + 2);
    return { kind: "comment", end: close < 0 ? sql.length : close + 2 };
  }
  if (char === "`") return { kind: "identifier", end: quotedEnd(sql, at + 1, "`") };
  if (char === "'" || char === '"') return { kind: "string", end: quotedEnd(sql, at + 1, char) };
  const asked = matchAt(parameter, sql, at);
  return asked > 0 ? { kind: "parameter", end: asked } : null;
}
