import { type Lexis, lineEnd, matchAt } from "@/lib/warehouses/lexer";

/** The opening of a string, with its prefix: r, b, rb, br in any case. */
const opening = /(?:[rR][bB]?|[bB][rR]?)?('''|"""|'|")/y;
const parameter = /@[A-Za-z_][A-Za-z0-9_]*|\?/y;

/** A backslash keeps the next character from ending it, in raw strings too. Only triple quotes go over several lines. */
function quotedEnd(sql: string, from: number, quote: string): number {
  for (let i = from; i < sql.length; i++) {
    if (sql[i] === "\\") i++;
    else if (sql.startsWith(quote, i)) return i + quote.length;
    else if (quote.length === 1 && (sql[i] === "\n" || sql[i] === "\r")) return i;
  }
  return sql.length;
}

/** GoogleSQL's: both quotes are strings, names stand in backticks, # begins a comment, comments do not nest. */
export const bigqueryLexis: Lexis = {
  own,
  parameter: (n) => `@p${n}`,
  quote: "`",
  escapedQuote: "\\`",
  plain: /^[A-Za-z_][A-Za-z0-9_]*$/,
};

function own(sql: string, at: number): ReturnType<Lexis["own"]> {
  const char = sql[at] ?? "";
  const next = sql[at + 1];
  if (char === "#" || (char === "-" && next === "-")) return { kind: "comment", end: lineEnd(sql, at) };
  if (char === "/" && next === "*") {
    const close = sql.indexOf("*/", at + 2);
    return { kind: "comment", end: close < 0 ? sql.length : close + 2 };
  }
  if (char === "`") return { kind: "identifier", end: quotedEnd(sql, at + 1, "`") };
  const opened = matchAt(opening, sql, at);
  if (opened > 0) {
    const triple = /'''$|"""$/.test(sql.slice(at, opened));
    return { kind: "string", end: quotedEnd(sql, opened, sql.slice(opened - (triple ? 3 : 1), opened)) };
  }
  // Not a system variable, which is @@ and a name.
  const asked = sql[at - 1] === "@" ? -1 : matchAt(parameter, sql, at);
  return asked > 0 ? { kind: "parameter", end: asked } : null;
}
