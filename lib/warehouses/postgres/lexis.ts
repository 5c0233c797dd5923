import { type Lexis, lineEnd, matchAt, type TokenKind } from "@/lib/warehouses/lexer";

const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const parameter = /\$[0-9]+/y;

/** End of a quoted run that opens at `at`; an unterminated one runs to the end. */
function quotedEnd(sql: string, at: number, quote: string, escapes: boolean): number {
  for (let i = at + 1; i < sql.length; i++) {
    const char = sql[i];
    if (escapes && char === "\\") i++;
    else if (char === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  return sql.length;
}

function commentEnd(sql: string, at: number): number {
  let depth = 0;
  for (let i = at; i < sql.length; i++) {
    if (sql[i] === "/" && sql[i + 1] === "*") {
      depth++;
      i++;
    } else if (sql[i] === "*" && sql[i + 1] === "/") {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  return sql.length;
}

/** PostgreSQL's: quotes, E'' strings, dollar quotes, nested comments. */
export const postgresLexis: Lexis = {
  own,
  parameter: (n) => `$${n}`,
  quote: '"',
  escapedQuote: '""',
  plain: /^[a-z_][a-z0-9_$]*$/,
};

function own(sql: string, at: number): ReturnType<Lexis["own"]> {
  const char = sql[at] ?? "";
  const next = sql[at + 1];
  const token = (kind: TokenKind, end: number) => ({ kind, end });
  // A line comment ends at \r as well.
  if (char === "-" && next === "-") return token("comment", lineEnd(sql, at));
  if (char === "/" && next === "*") return token("comment", commentEnd(sql, at));
  if (char === "'") return token("string", quotedEnd(sql, at, "'", false));
  if (char === '"') return token("identifier", quotedEnd(sql, at, '"', false));
  if (next === "'" && /[eE]/.test(char)) return token("string", quotedEnd(sql, at + 1, "'", true));
  if (next === "'" && /[bBxXnN]/.test(char)) return token("string", quotedEnd(sql, at + 1, "'", false));
  if (/[uU]/.test(char) && next === "&" && sql[at + 2] === "'")
    return token("string", quotedEnd(sql, at + 2, "'", false));
  if (/[uU]/.test(char) && next === "&" && sql[at + 2] === '"')
    return token("identifier", quotedEnd(sql, at + 2, '"', false));
  if (char === "$") {
    const tagEnd = matchAt(dollarTag, sql, at);
    if (tagEnd > 0) {
      const close = sql.indexOf(sql.slice(at, tagEnd), tagEnd);
      return token("string", close < 0 ? sql.length : close + tagEnd - at);
    }
    const end = matchAt(parameter, sql, at);
    if (end > 0) return token("parameter", end);
  }
  return null;
}
