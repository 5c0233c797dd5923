import { mentionPattern } from "@/lib/comments/mentions";

/** Names that stand for people in a text that is being written: `@Ana` for a person's id. */
export type Named = Map<string, string>;

/** What is sent: each `@Name` that was chosen from the list as `<@id>`. A longer name goes before one it begins with. */
export function toSent(text: string, named: Named): string {
  const names = [...named.keys()].sort((a, b) => b.length - a.length);
  if (names.length === 0) return text;
  const any = new RegExp(`@(${names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "g");
  return text.replace(any, (_, name: string) => `<@${named.get(name)}>`);
}

/** What is edited: the other way round. */
export function toWritten(text: string, people: { id: string; name: string }[]): { text: string; named: Named } {
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const named: Named = new Map();
  const written = text.replace(mentionPattern, (whole, id: string) => {
    const name = names.get(id);
    // Of two of one name the second keeps its sign, so that nobody else is meant after an edit.
    if (!name || (named.get(name) ?? id) !== id) return whole;
    named.set(name, id);
    return `@${name}`;
  });
  return { text: written, named };
}

/** The part of a name that is being typed after an @ before the caret; null without one. */
export function typedName(text: string, caret: number): string | null {
  return /(?:^|[\s(])@([\p{L}\p{N}._ -]{0,40})$/u.exec(text.slice(0, caret))?.[1] ?? null;
}

/** A text in pieces: as it stands, or a person. */
export function pieces(text: string, people: { id: string; name: string }[]): { text: string; person: boolean }[] {
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const found: { text: string; person: boolean }[] = [];
  let from = 0;
  for (const match of text.matchAll(mentionPattern)) {
    const name = names.get(match[1] ?? "");
    if (!name) continue;
    found.push({ text: text.slice(from, match.index), person: false }, { text: `@${name}`, person: true });
    from = match.index + match[0].length;
  }
  found.push({ text: text.slice(from), person: false });
  return found.filter((piece) => piece.text !== "");
}
