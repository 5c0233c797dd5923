import {
  beginsLine,
  columnAt,
  type Entry,
  entryEnd,
  entryStart,
  type Holder,
  lineEnd,
  lineStart,
  nextLine,
  type Place,
  type Source,
  type Splice,
} from "./yaml-places";

/** Entries between brackets, put in and taken out with their commas. Pure. */

/** In brackets, with its names in double quotes. */
export const isJson = ({ flow, entries }: Holder): boolean => flow && entries[0]?.key?.type === "double-quoted-scalar";

/** Behind the entry before it: in its line, or on a line of its own where that has one. */
export function insertInBrackets({ text, layout }: Source, holder: Holder, at: number, put: string): Splice[] | null {
  const before = holder.entries[at - 1];
  if (!before) {
    const [first] = holder.entries;
    return first ? [{ from: entryStart(first), to: entryStart(first), text: `${put}, ` }] : null;
  }
  const end = entryEnd(before);
  const start = entryStart(before);
  const comma = commaBehind(holder, before);
  const lineBreak = lineEnd(text, comma ?? end);
  const rest = text.slice((comma ?? end - 1) + 1, lineBreak).trim();
  if (!beginsLine(text, start) || (rest !== "" && !rest.startsWith("#")))
    return [{ from: end, to: end, text: `, ${put}` }];
  const line = `${layout.eol}${" ".repeat(columnAt(text, start))}${put}`;
  if (comma !== undefined) return [{ from: lineBreak, to: lineBreak, text: `${line},` }];
  return [
    { from: end, to: end, text: "," },
    { from: lineBreak, to: lineBreak, text: line },
  ];
}

function commaBehind({ token }: Holder, entry: Entry): number | undefined {
  const items = token.items as Entry[];
  const next = items[items.indexOf(entry) + 1];
  return next?.start.find(({ type }) => type === "comma")?.offset;
}

/** Out of brackets, with one comma; a line of its own goes with it. */
export function cut({ text }: Source, { holder, at, entry }: Place): Splice[] | null {
  const start = entryStart(entry);
  const end = (commaBehind(holder, entry) ?? entryEnd(entry) - 1) + 1;
  const rest = text.slice(end, lineEnd(text, end)).trim();
  if (beginsLine(text, start) && (rest === "" || rest.startsWith("#")))
    return [{ from: lineStart(text, start), to: nextLine(text, end), text: "" }];
  const next = holder.entries[at + 1];
  if (next) return [{ from: start, to: entryStart(next), text: "" }];
  const before = holder.entries[at - 1];
  return before ? [{ from: entryEnd(before), to: entryEnd(entry), text: "" }] : null;
}
