import { type CST, isMap } from "yaml";
import type { Step } from "./edit-steps";
import { cut, insertInBrackets, isJson } from "./splice-brackets";
import {
  beginsLine,
  behind,
  columnAt,
  dashOf,
  endOf,
  entryEnd,
  entryStart,
  type Holder,
  holderAt,
  indicatorEnd,
  isBlankLine,
  lineStart,
  nextLine,
  type Place,
  placeOf,
  type Source,
  type Splice,
} from "./yaml-places";
import { blockLines, flowPair, flowText, inQuotes, itemLines, keyText, pairLines } from "./yaml-words";

/** One step written into a text: what it is not about stays as it is, to the character. Pure. */

/** Null where the text is written in a way that this does not go into. */
export function splicesOf(source: Source, step: Step): Splice[] | null {
  if (step.kind === "insert") {
    const holder = holderAt(source.doc, step.path.slice(0, -1));
    return holder && insert(source, holder, step);
  }
  const place = placeOf(source.doc, step.path);
  if (!place) return null;
  if (step.kind === "replace") return replace(source, place, step.value);
  if (step.kind === "remove") return place.holder.flow ? cut(source, place) : takeOut(source, place);
  const { key } = place.entry;
  if (!key) return null;
  const text = keyText(step.to, source.layout, place.holder.flow, isJson(place.holder));
  return [{ from: key.offset, to: endOf(key), text }];
}

export function spliced(text: string, splices: Splice[]): string {
  let next = text;
  for (const { from, to, text: put } of splices.toSorted((a, b) => b.from - a.from))
    next = next.slice(0, from) + put + next.slice(to);
  return next;
}

/** Whole lines at the beginning of one, or behind a last one that does not end. */
function lines({ text, layout: { eol } }: Source, at: number, put: string[]): Splice {
  const open = at === text.length && at > 0 && !text.endsWith("\n");
  return { from: at, to: at, text: open ? `${eol}${put.join(eol)}` : `${put.join(eol)}${eol}` };
}

const indented = (put: string[], column: number) => put.map((line) => (line ? " ".repeat(column) + line : line));

function replace(source: Source, { holder, entry }: Place, value: unknown): Splice[] | null {
  const { text, layout } = source;
  const old = entry.value;
  const mark = indicatorEnd(entry);
  const inLine = (put: string): Splice =>
    old ? { from: old.offset, to: endOf(old), text: put } : { from: mark, to: mark, text: ` ${put}` };
  if (holder.flow) {
    if (!old && !entry.key) return null;
    return [inLine((old && inQuotes(value, old.type)) ?? flowText(value, layout, isJson(holder)))];
  }
  const column = columnAt(text, entry.key?.offset ?? dashOf(entry) ?? 0);
  const block = blockLines(value);
  const several = typeof value === "string" && value.includes("\n");
  if (old?.type === "block-scalar" && block) return newBody(source, old, block, column);
  const [head = "", ...rest] = pairLines("k", value, layout);
  const word = head.slice("k:".length).trimStart();
  const put = (block === null || !several) && old && rest.length === 0 ? (inQuotes(value, old.type) ?? word) : word;
  const below = indented(rest, column);
  // What stood on lines of its own goes with them; what stood behind the mark makes room for the new head.
  if (!old || isInLine(old)) {
    const end = old ? endOf(old) : mark;
    if (below.length === 0) return [inLine(put)];
    if (!put && !entry.key) return listItem(source, entry, value);
    const first = put ? inLine(put) : { from: mark, to: end, text: "" };
    return [first, lines(source, nextLine(text, end), below)];
  }
  if (!entry.key && below.length > 0 && !put) return null;
  const end = behind(text, entry, column);
  if (old.type === "block-scalar") {
    const header = (old.props as CST.SourceToken[]).find(({ type }) => type === "block-scalar-header");
    if (!header) return null;
    const from = nextLine(text, header.offset);
    const body = below.length > 0 ? lines(source, from, below).text : "";
    const start = put ? header.offset : mark;
    const splices = [{ from: start, to: header.offset + header.source.length, text: put }];
    return [...splices, { from, to: Math.max(from, nextLine(text, endOf(old))), text: body }];
  }
  if (lineStart(text, old.offset) === lineStart(text, mark)) {
    if (below.length > 0) return null;
    return [{ from: old.offset, to: entryEnd(entry), text: put }];
  }
  const from = nextLine(text, mark);
  const body = below.length > 0 ? lines(source, from, below).text : "";
  return [
    { from: mark, to: mark, text: put ? ` ${put}` : "" },
    { from, to: end, text: body },
  ];
}

const isInLine = ({ type }: CST.Token) => type !== "block-map" && type !== "block-seq" && type !== "block-scalar";

/** `- old` as `- a: 1` and the lines that follow it. */
function listItem(source: Source, entry: Place["entry"], value: unknown): Splice[] | null {
  const dash = dashOf(entry);
  if (dash === undefined) return null;
  const [first = "", ...rest] = itemLines(value, source.layout);
  const end = entryEnd(entry);
  const below = indented(rest, columnAt(source.text, dash));
  return [
    { from: dash, to: end, text: first },
    ...(below.length > 0 ? [lines(source, nextLine(source.text, end), below)] : []),
  ];
}

/** Other lines below a `|`: those at the beginning and the end that are the same stay untouched. */
function newBody(
  source: Source,
  old: CST.BlockScalar,
  { head, lines: wanted }: { head: string; lines: string[] },
  column: number,
): Splice[] | null {
  const { text, layout } = source;
  const header = (old.props as CST.SourceToken[]).find(({ type }) => type === "block-scalar-header");
  if (!header) return null;
  const from = nextLine(text, header.offset);
  const to = old.source === "" ? from : nextLine(text, endOf(old));
  const had = old.source === "" ? [] : old.source.replace(/\r?\n$/, "").split(/\r?\n/);
  const filled = had.find((line) => line.trim() !== "");
  const indent = filled ? (/^ */.exec(filled) ?? [""])[0].length : column + layout.indent;
  const next = indented(wanted, indent);
  const alike = (a: string | undefined, b: string | undefined) => a === b || (a?.trim() === "" && b === "");
  let top = 0;
  while (top < had.length && top < next.length && alike(had[top], next[top])) top++;
  let end = 0;
  const most = Math.min(had.length, next.length) - top;
  while (end < most && alike(had.at(-1 - end), next.at(-1 - end))) end++;
  const kept = [...had.slice(0, top), ...next.slice(top, next.length - end), ...had.slice(had.length - end)];
  const body = lines(source, to, kept).text;
  const unended = to === text.length && !text.endsWith("\n") && from < to;
  return [
    { from: header.offset, to: header.offset + header.source.length, text: head },
    { from, to, text: unended ? kept.join(layout.eol) : body },
  ];
}

function insert(
  source: Source,
  holder: Holder,
  { path, at, value }: Extract<Step, { kind: "insert" }>,
): Splice[] | null {
  const { text, layout } = source;
  const key = path.at(-1);
  const json = isJson(holder);
  const { entries } = holder;
  const first = entries[0];
  if (!first || key === undefined) return null;
  if (holder.flow) {
    const put = typeof key === "number" ? flowText(value, layout, json) : flowPair(key, value, layout, json);
    return insertInBrackets(source, holder, at, put);
  }
  const start = (typeof key === "number" ? dashOf(first) : entryStart(first)) ?? 0;
  const column = columnAt(text, start);
  const put = indented(typeof key === "number" ? itemLines(value, layout) : pairLines(key, value, layout), column);
  const before = entries[at - 1];
  if (before) {
    const apart = typeof key === "number" && isApart(source, holder, path, value);
    return [lines(source, behind(text, before, column), apart ? ["", ...put] : put)];
  }
  if (typeof key === "number") {
    if (!beginsLine(text, start)) return null;
    const apart = isApart(source, holder, path, value);
    return [lines(source, withComment(text, lineStart(text, start)), apart ? [...put, ""] : put)];
  }
  if (beginsLine(text, start)) return [lines(source, lineStart(text, start), put)];
  // Behind a dash: what stood there moves to a line of its own.
  return [{ from: start, to: start, text: `${put.join(layout.eol).trimStart()}${layout.eol}${" ".repeat(column)}` }];
}

/** Whether entries of this list stand apart; a second stage does. */
function isApart({ text }: Source, { entries }: Holder, path: (string | number)[], value: unknown): boolean {
  const [first, second] = entries;
  if (first && second) return isBlankLine(text, nextLine(text, entryEnd(first)));
  return path.length === 2 && path[0] === "stages" && typeof value === "object";
}

/** Out of lines, with the comment above an entry of a list, and with one of two gaps around it. */
function takeOut(source: Source, { holder, at, entry }: Place): Splice[] | null {
  const { text } = source;
  const inList = !isMap(holder.node);
  const start = inList ? dashOf(entry) : entryStart(entry);
  if (start === undefined) return null;
  const column = columnAt(text, start);
  let to = behind(text, entry, column);
  if (!beginsLine(text, start)) {
    if (inList || !holder.entries[at + 1]) return null;
    while (text[to] === " " || text[to] === "\n" || text[to] === "\r") to++;
    return [{ from: start, to, text: "" }];
  }
  let from = lineStart(text, start);
  if (inList) from = withComment(text, from);
  const above = from === 0 ? -1 : lineStart(text, from - 1);
  const gapAbove = above >= 0 && isBlankLine(text, above);
  const isLast = !holder.entries[at + 1];
  if (gapAbove && (isLast || to === text.length)) {
    while (from > 0 && isBlankLine(text, lineStart(text, from - 1))) from = lineStart(text, from - 1);
  } else if (gapAbove || (inList && at === 0)) while (isBlankLine(text, to)) to = nextLine(text, to);
  return [{ from, to, text: "" }];
}

/** Up to the comments that stand directly above, as far in. */
function withComment(text: string, line: number): number {
  const column = /^ */.exec(text.slice(line))?.[0].length ?? 0;
  let from = line;
  while (from > 0) {
    const above = lineStart(text, from - 1);
    const [, blanks] = /^( *)#/.exec(text.slice(above, from)) ?? [];
    if (blanks?.length !== column) break;
    from = above;
  }
  return from;
}
