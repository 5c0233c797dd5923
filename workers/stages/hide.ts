/**
 * Takes what is secret out of what a stage says: the value itself, each line of it, its usual spellings (base64 wherever in
 * a longer text it begins, hexadecimal, as in a URL, as in JSON), and every part of these that is long enough, so that one
 * which is printed in pieces, or wrapped over lines, is hidden piece by piece. A spelling that is none of these passes, as
 * does a piece that is shorter: a program that wants to tell its secret always can.
 */

const hidden = "••••••";
/** Shorter ones stand in too many places that are no secret. */
const leastSecret = 4;
/** The text is looked at in steps of so many characters, so a part that has two steps less one is never missed. */
const step = 6;
export const leastPart = 2 * step - 1;

/** Hides, in one text. */
export type Hide = (text: string) => string;

export function hider(secrets: string[]): Hide {
  const known = [...new Set(secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)]))]
    .map((one) => one.trim())
    .filter((one) => one.length >= leastSecret);
  const all = [...new Set(known.flatMap(spellings))];
  const short = all
    .filter((one) => one.length >= leastSecret && one.length < leastPart)
    .sort((a, b) => b.length - a.length);
  const parts = new Parts(all.filter((one) => one.length >= leastPart));
  return (text) => short.reduce((rest, one) => rest.replaceAll(one, hidden), parts.hide(text));
}

function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const hex = bytes.toString("hex");
  const based = base64Within(bytes);
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    ...[secret, json, encodeURIComponent(secret), hex, hex.toUpperCase(), bytes.toString("base64")],
    ...based,
    ...based.map((one) => one.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

/** As it stands in the base64 of any text that holds it: at each of three places, without the characters it shares. */
function base64Within(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = Math.ceil((before * 8) / 6);
    const shared = ((before + bytes.length) * 8) % 6 === 0 ? 0 : 1;
    return text.slice(first, text.length - shared);
  });
}

/** Parts of long texts, found by pieces of `step` characters at every place of theirs and at each step of what is read. */
class Parts {
  /** By piece: what stands around it, a step before and a step behind, wherever it stands. */
  private readonly around = new Map<string, Set<string>>();
  /** Marks of the pieces' first characters: most of what is read is told apart by these, without making a text of it. */
  private readonly marks = new Uint8Array(2 ** 16);

  constructor(texts: string[]) {
    for (const text of texts)
      for (let place = 0; place + step <= text.length; place++) {
        const piece = text.slice(place, place + step);
        // What is before it ends where the piece begins.
        const near = `${text.slice(Math.max(0, place - step), place)}\0${text.slice(place + step, place + 2 * step)}`;
        const found = this.around.get(piece);
        if (found) found.add(near);
        else this.around.set(piece, new Set([near]));
        this.marks[markAt(text, place)] = 1;
      }
  }

  hide(read: string): string {
    let answer = "";
    let kept = 0;
    for (let place = 0; place + step <= read.length; place += step) {
      if (this.marks[markAt(read, place)] === 0) continue;
      const { from, to } = this.partAt(read, place);
      if (to <= kept) continue;
      // One that goes on from another is hidden with it.
      if (from > kept || kept === 0) answer += read.slice(kept, from) + hidden;
      kept = to;
    }
    return kept === 0 ? read : answer + read.slice(kept);
  }

  /** What around that place is of a part that is long enough: a step to each side, for the next step sees what is farther. */
  private partAt(read: string, place: number): { from: number; to: number } {
    let [from, to] = [place, 0];
    for (const near of this.around.get(read.slice(place, place + step)) ?? []) {
      const middle = near.indexOf("\0");
      let before = 0;
      while (before < middle && read[place - before - 1] === near[middle - before - 1]) before++;
      let after = 0;
      while (after < near.length - middle - 1 && read[place + step + after] === near[middle + 1 + after]) after++;
      if (before + step + after < leastPart) continue;
      from = Math.min(from, place - before);
      to = Math.max(to, place + step + after);
    }
    return { from, to };
  }
}

const markAt = (text: string, place: number) =>
  (text.charCodeAt(place) * 961 + text.charCodeAt(place + 1) * 31 + text.charCodeAt(place + 2)) & 0xffff;

/** The same within what is kept as JSON: texts and names, as deep as it goes. */
export function hideWithin<T>(hide: Hide, value: T): T {
  return walked(hide, value) as T;
}

function walked(hide: Hide, value: unknown): unknown {
  if (typeof value === "string") return hide(value);
  if (Array.isArray(value)) return value.map((one) => walked(hide, one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [hide(key), walked(hide, one)]));
}
