import { WarehouseError } from "@/lib/warehouses/adapter";

/**
 * How SQL falls into tokens, as far as that decides where a statement ends and where a placeholder stands. Pure, so that
 * the editor splits exactly as the worker does. Nothing about safety rests on it: the engine itself parses each
 * statement alone before it runs.
 */
export type TokenKind =
  | "space"
  | "comment"
  | "string"
  | "identifier"
  | "word"
  | "number"
  | "parameter"
  | "placeholder"
  | "symbol";

export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
}

/** What differs between dialects; each engine's folder has one. */
export interface Lexis {
  /** The token that begins at `at` and is this dialect's own (quotes, comments, parameters); null where all are alike. */
  own(sql: string, at: number): { kind: TokenKind; end: number } | null;
  /** How the nth bound value is written, from 1. */
  parameter(n: number): string;
  /** What stands around a name that is not plain, and how it is written inside one. */
  quote: string;
  escapedQuote: string;
  /** Names that are read back the same without it, unless they are reserved. */
  plain: RegExp;
}

export interface Statement {
  text: string;
  /** Offsets in UTF-16 units; `end` stands before the semicolon. */
  start: number;
  end: number;
}

const wordStart = /[A-Za-z_\u0080-\uffff]/;
const word = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const number = /[0-9][0-9A-Za-z_.]*/y;
const placeholder = /\{\{\s*[A-Za-z_][A-Za-z0-9_]*(?:\.(?:from|to))?\s*\}\}/y;
const space = /[\s\ufeff]+/y;

/** Where a sticky pattern ends that matches at this place; -1 where it does not. */
export function matchAt(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : -1;
}

/** The end of a comment to the end of its line. */
export function lineEnd(sql: string, at: number): number {
  const rest = /[\r\n]/g;
  rest.lastIndex = at;
  return rest.exec(sql)?.index ?? sql.length;
}

function tokenAt(sql: string, at: number, lexis: Lexis): Token {
  const char = sql[at] ?? "";
  const token = (kind: TokenKind, end: number): Token => ({ kind, start: at, end });
  const own = lexis.own(sql, at);
  if (own) return token(own.kind, own.end);
  if (char === "{") {
    const end = matchAt(placeholder, sql, at);
    if (end > 0) return token("placeholder", end);
  }
  const blank = matchAt(space, sql, at);
  if (blank > 0) return token("space", blank);
  if (wordStart.test(char)) return token("word", matchAt(word, sql, at));
  const digits = matchAt(number, sql, at);
  return digits > 0 ? token("number", digits) : token("symbol", at + 1);
}

/** Every character belongs to exactly one token. */
export function* tokens(sql: string, lexis: Lexis): Generator<Token> {
  for (let at = 0; at < sql.length; ) {
    const token = tokenAt(sql, at, lexis);
    yield token;
    at = token.end;
  }
}

const means = (token: Token) => token.kind !== "space" && token.kind !== "comment";

/** Statements in order, without their semicolons; what holds only space and comments is left out. */
export function splitStatements(sql: string, lexis: Lexis): Statement[] {
  const found: Statement[] = [];
  let start = -1;
  let end = -1;
  // SQL-standard function bodies (begin atomic … end) hold semicolons of their own.
  let atomic = 0;
  let previous = "";
  const close = () => {
    if (start >= 0) found.push({ text: sql.slice(start, end), start, end });
    start = -1;
    atomic = 0;
  };
  for (const token of tokens(sql, lexis)) {
    if (!means(token)) continue;
    const text = token.kind === "word" ? sql.slice(token.start, token.end).toLowerCase() : "";
    if (text === "atomic" && previous === "begin") atomic++;
    else if (atomic > 0 && text === "case") atomic++;
    else if (atomic > 0 && text === "end") atomic--;
    previous = text;
    if (token.kind === "symbol" && sql[token.start] === ";" && atomic === 0) {
      close();
      continue;
    }
    if (start < 0) start = token.start;
    end = token.end;
  }
  close();
  return found;
}

/** The text up to its last meaningful token, without the semicolons there. */
export function stripTrailingSemicolon(sql: string, lexis: Lexis): string {
  let end = 0;
  for (const token of tokens(sql, lexis)) {
    if (means(token) && sql[token.start] !== ";") end = token.end;
  }
  return sql.slice(0, end);
}

/** The first words in lower case, brackets before them left out: `["set", "local", "role"]`. */
export function firstWords(sql: string, count: number, lexis: Lexis): string[] {
  const words: string[] = [];
  for (const token of tokens(sql, lexis)) {
    if (!means(token)) continue;
    const text = sql.slice(token.start, token.end);
    if (words.length === 0 && (text === "(" || text === ";")) continue;
    if (token.kind === "word") words.push(text.toLowerCase());
    else if (token.kind === "identifier") words.push(text.slice(1, -1).toLowerCase());
    else break;
    if (words.length === count) break;
  }
  return words;
}

export interface Bound {
  /** With the engine's own parameters ($1, $2 …) where placeholders stood. */
  sql: string;
  /** The names of $1, $2 …; a name that stands twice has one number, so that both have one type. */
  order: string[];
  /** Where each replacement stands, to map positions back. */
  replaced: { start: number; end: number; boundStart: number; boundEnd: number }[];
}

/** The name in a placeholder's token: `country`, or `period.from` of a range. */
export function nameIn(sql: string, token: Token): string {
  return sql.slice(token.start + 2, token.end - 2).trim();
}

const glues = /[A-Za-z0-9_$\u0080-\uffff]/;

/**
 * {{name}} outside quotes and comments becomes a bound parameter, for the names given; others stay as they are.
 * @throws WarehouseError `parameter` when the text also has $1 of its own, which would take another's value
 */
export function bindPlaceholders(sql: string, names: readonly string[], lexis: Lexis): Bound {
  const known = new Set(names);
  const bound: Bound = { sql: "", order: [], replaced: [] };
  let copied = 0;
  let own: Token | null = null;
  for (const token of tokens(sql, lexis)) {
    if (token.kind === "parameter") own = token;
    if (token.kind !== "placeholder") continue;
    const name = nameIn(sql, token);
    if (!known.has(name)) continue;
    if (!bound.order.includes(name)) bound.order.push(name);
    bound.sql += sql.slice(copied, token.start);
    // A space where `$1` would grow together with its neighbour: x$1 is a name, $11 another parameter.
    const before = glues.test(sql[token.start - 1] ?? "") ? " " : "";
    const after = glues.test(sql[token.end] ?? "") ? " " : "";
    const boundStart = bound.sql.length;
    bound.sql += `${before}${lexis.parameter(bound.order.indexOf(name) + 1)}${after}`;
    bound.replaced.push({ start: token.start, end: token.end, boundStart, boundEnd: bound.sql.length });
    copied = token.end;
  }
  bound.sql += sql.slice(copied);
  if (own && bound.order.length > 0) {
    throw new WarehouseError({
      code: "parameter",
      message: `Write ${sql.slice(own.start, own.end)} as a {{name}} placeholder too: the two kinds do not mix.`,
      ...lineAndColumn(sql, own.start),
    });
  }
  return bound;
}

/** Line and column, from 1, of an offset; columns in UTF-16 units, as editors count. */
export function lineAndColumn(sql: string, offset: number): { line: number; column: number } {
  const before = sql.slice(0, Math.max(0, offset));
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

export function offsetOf(sql: string, line: number, column: number): number {
  const newline = /\r\n|\r|\n/g;
  let start = 0;
  for (let at = 1; at < line && newline.exec(sql); at++) start = newline.lastIndex;
  return start + column - 1;
}

/** A position in the bound text, as a position in the person's own text. */
export function mapPosition(
  original: string,
  bound: Bound,
  position: { line: number; column: number },
): { line: number; column: number } {
  const offset = offsetOf(bound.sql, position.line, position.column);
  let shift = 0;
  for (const replacement of bound.replaced) {
    if (offset < replacement.boundStart) break;
    if (offset < replacement.boundEnd) return lineAndColumn(original, replacement.start);
    shift = replacement.end - replacement.boundEnd;
  }
  return lineAndColumn(original, offset + shift);
}
