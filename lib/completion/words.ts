import { type Lexis, type Token, tokens } from "@/lib/warehouses/lexer";

/** A token that means something, with the text that names are compared by. */
export interface Word extends Token {
  /** Lower case for bare words, the inner text for quoted names, the character for symbols. */
  text: string;
}

/** Much more than people write by hand; keeps a pasted megabyte from slowing each key. */
const WINDOW = 100_000;

export interface CursorText {
  words: Word[];
  /** Inside a string or a comment nothing is offered. */
  quiet: boolean;
}

/** The words of the statement that holds the offset. */
export function wordsAround(sql: string, offset: number, lexis: Lexis): CursorText {
  const shift = sql.length > WINDOW ? Math.max(0, offset - WINDOW / 2) : 0;
  const text = shift > 0 || sql.length > WINDOW ? sql.slice(shift, shift + WINDOW) : sql;
  let words: Word[] = [];
  for (const token of tokens(text, lexis)) {
    const start = token.start + shift;
    const end = token.end + shift;
    const inside = start < offset && offset < end;
    if (token.kind === "space") continue;
    if (token.kind === "comment" || token.kind === "string") {
      // A line comment still goes on at its end.
      const open =
        inside ||
        (offset === end && token.kind === "comment" && /^(--|#)/.test(text.slice(token.start, token.start + 2))) ||
        (offset === end && end === shift + text.length && unclosed(text.slice(token.start, token.end)));
      if (open && start < offset) return { words: [], quiet: true };
      if (token.kind === "comment") continue;
    }
    const raw = text.slice(token.start, token.end);
    if (raw === ";") {
      if (end <= offset) words = [];
      else break;
      continue;
    }
    words.push({ kind: token.kind, start, end, text: nameOf(raw, token.kind, lexis) });
  }
  return { words, quiet: false };
}

function unclosed(raw: string): boolean {
  const mark = raw[0] ?? "";
  return (mark === "'" || mark === '"') && (raw.length === 1 || !raw.endsWith(mark));
}

function nameOf(raw: string, kind: Token["kind"], { quote, escapedQuote }: Lexis): string {
  if (kind === "word") return raw.toLowerCase();
  if (kind === "identifier") {
    const inner = raw.startsWith(quote) ? raw.slice(quote.length) : raw;
    return (inner.endsWith(quote) ? inner.slice(0, -quote.length) : inner).replaceAll(escapedQuote, quote);
  }
  return raw;
}

export function isName(word: Word | undefined): word is Word {
  return word?.kind === "word" || word?.kind === "identifier";
}
