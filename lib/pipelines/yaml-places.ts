import {
  type CST,
  type Document,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

/** Where in a text of YAML its entries begin and end, to the character. Pure. */

export type Path = (string | number)[];
export type Entry = CST.CollectionItem;

/** A list or a mapping with its entries as they were written, in order. */
export interface Holder {
  node: YAMLMap | YAMLSeq;
  token: CST.BlockMap | CST.BlockSequence | CST.FlowCollection;
  entries: Entry[];
  /** Written in brackets, or within something that is. */
  flow: boolean;
}

export interface Place {
  holder: Holder;
  at: number;
  entry: Entry;
  node: ParsedNode | null;
}

/** The list or mapping that stands there; null where there is none, or it is written in a way that is not gone into. */
export function holderAt(doc: Document.Parsed, path: Path): Holder | null {
  if (path.length === 0) return asHolder(doc.contents, false);
  const place = placeOf(doc, path);
  return place && asHolder(place.node, place.holder.flow);
}

export function placeOf(doc: Document.Parsed, path: Path): Place | null {
  const key = path.at(-1);
  const holder = key === undefined ? null : holderAt(doc, path.slice(0, -1));
  if (!holder) return null;
  const { node, entries } = holder;
  const at = isSeq(node)
    ? Number(key)
    : node.items.findIndex((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
  const entry = entries[at];
  const item = node.items[at] as { value?: unknown } | undefined;
  if (!entry || item === undefined) return null;
  return { holder, at, entry, node: (isSeq(node) ? item : (item?.value ?? null)) as ParsedNode | null };
}

function asHolder(node: unknown, within: boolean): Holder | null {
  if (!isMap(node) && !isSeq(node)) return null;
  const token = node.srcToken as Holder["token"] | undefined;
  if (token?.type !== "block-map" && token?.type !== "block-seq" && token?.type !== "flow-collection") return null;
  // Comments at its end, and a last comma, are entries of the text but not of the list.
  const entries = (token.items as Entry[]).filter(
    ({ key, sep, value, start }) => key || value || sep || start.some(({ type }) => type === "seq-item-ind"),
  );
  const plain = entries.every(({ start }) => !start.some(({ type }) => type === "explicit-key-ind"));
  if (!plain || entries.length !== node.items.length) return null;
  return { node, token, entries, flow: within || token.type === "flow-collection" };
}

/** Behind the last character that is a value's; of a block of lines, at the end of its last one. */
export function endOf(token: CST.Token): number {
  switch (token.type) {
    case "block-map":
    case "block-seq": {
      const entries = (token.items as Entry[]).filter(({ key, value, sep, start }) => key || value || sep || start[0]);
      const last = entries.findLast(
        ({ key, value, start }) => key || value || start.some(({ type }) => type === "seq-item-ind"),
      );
      return last ? entryEnd(last) : token.offset;
    }
    case "flow-collection": {
      const end = token.end.find(({ type }) => type === "flow-map-end" || type === "flow-seq-end");
      return end ? end.offset + 1 : token.offset;
    }
    case "block-scalar": {
      const body = token.offset + lengthOf(token.props as CST.SourceToken[]) + token.source.length;
      return token.source === "" && token.props.at(-1)?.type !== "newline" ? body : body - 1;
    }
    default:
      return token.offset + ("source" in token ? token.source.length : 0);
  }
}

const lengthOf = (tokens: CST.SourceToken[]) => tokens.reduce((sum, { source }) => sum + source.length, 0);

export const entryEnd = (entry: Entry): number => (entry.value ? endOf(entry.value) : indicatorEnd(entry));

export const entryStart = ({ key, value, sep, start }: Entry): number =>
  key?.offset ?? value?.offset ?? sep?.[0]?.offset ?? start.at(-1)?.offset ?? 0;

/** Behind the colon or the dash, and behind a tag or anchor after it: from here a value may stand. */
export function indicatorEnd({ key, sep, start }: Entry): number {
  const marks = ["map-value-ind", "seq-item-ind", "tag", "anchor"];
  const last = [...start, ...(sep ?? [])].findLast(({ type }) => marks.includes(type));
  return Math.max(last ? last.offset + last.source.length : 0, key ? endOf(key) : 0);
}

export const dashOf = ({ start }: Entry): number | undefined =>
  start.find(({ type }) => type === "seq-item-ind")?.offset;

/** What stands from `from` up to `to`, and what shall. */
export interface Splice {
  from: number;
  to: number;
  text: string;
}

export interface Source {
  text: string;
  doc: Document.Parsed;
  layout: Layout;
}

/** How deep this text indents, and whether a list stands deeper than its key: as most of it does. */
export interface Layout {
  indent: number;
  indentSeq: boolean;
  eol: "\n" | "\r\n";
}

export function layoutOf(text: string, doc: Document.Parsed): Layout {
  const maps = new Map<number, number>();
  const lists = new Map<number, number>();
  visit(doc, {
    Pair: (_, { key, value }) => {
      const { srcToken } = (value ?? {}) as { srcToken?: CST.Token };
      const from = isScalar(key) ? key.srcToken?.offset : undefined;
      if (from === undefined || (srcToken?.type !== "block-map" && srcToken?.type !== "block-seq")) return;
      const step = columnAt(text, srcToken.offset) - columnAt(text, from);
      const counts = srcToken.type === "block-map" ? maps : lists;
      counts.set(step, (counts.get(step) ?? 0) + 1);
    },
  });
  const most = (counts: Map<number, number>) => [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
  const list = most(lists);
  return {
    indent: Math.min(8, Math.max(1, most(maps) ?? (list || 2))),
    indentSeq: list !== 0,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

export const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

/** Where the line's break stands; the text's end where there is none. */
export function lineEnd(text: string, at: number): number {
  const found = text.indexOf("\n", at);
  if (found === -1) return text.length;
  return text[found - 1] === "\r" && found > at ? found - 1 : found;
}

export function nextLine(text: string, at: number): number {
  const found = text.indexOf("\n", at);
  return found === -1 ? text.length : found + 1;
}

export const columnAt = (text: string, at: number): number => at - lineStart(text, at);

/** Whether nothing but blanks stands before it in its line. */
export const beginsLine = (text: string, at: number): boolean => text.slice(lineStart(text, at), at).trim() === "";

/** Behind an entry's last line, and behind comments below it that are indented as what is within it. */
export function behind(text: string, entry: Entry, column: number): number {
  let at = nextLine(text, entryEnd(entry));
  while (at < text.length) {
    const line = text.slice(at, lineEnd(text, at));
    const [, blanks = ""] = /^( *)#/.exec(line) ?? [];
    if (blanks.length <= column) break;
    at = nextLine(text, at);
  }
  return at;
}

export const isBlankLine = (text: string, at: number): boolean =>
  at < text.length && text.slice(at, lineEnd(text, at)).trim() === "";
