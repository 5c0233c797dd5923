/**
 * What stands in `{{ … }}`: a name, and filters behind bars: `{{ interval.from | minus: 7d | date }}`. A grammar and a
 * closed list of names and filters, never an evaluator. `\{{` is two braces and no template. Pure.
 */

export interface Filter {
  name: string;
  argument: string | null;
}

export interface Template {
  /** `["interval", "from"]`. */
  path: string[];
  filters: Filter[];
}

/** A piece of a text, from `start` to `end`. */
export type Piece = { start: number; end: number } & (
  | { kind: "text"; text: string }
  | { kind: "template"; template: Template }
  | { kind: "broken"; message: string; fix: string }
);

/** Filters, by what they take. `date` and `datetime` write what clocks show in the interval's zone. */
export const filters: Record<string, { of: "time" | "any"; argument: RegExp | null; argumentWords?: string }> = {
  date: { of: "time", argument: null },
  datetime: { of: "time", argument: null },
  iso: { of: "time", argument: null },
  unix: { of: "time", argument: null },
  year: { of: "time", argument: null },
  month: { of: "time", argument: null },
  week: { of: "time", argument: null },
  hour: { of: "time", argument: null },
  plus: { of: "time", argument: /^\d{1,4}(mo|[mhdwy])$/, argumentWords: "a time, as plus: 7d (m, h, d, w, mo or y)" },
  minus: { of: "time", argument: /^\d{1,4}(mo|[mhdwy])$/, argumentWords: "a time, as minus: 7d (m, h, d, w, mo or y)" },
  lower: { of: "any", argument: null },
  upper: { of: "any", argument: null },
};

/** What may be named. A name with * stands for any. */
export const names = [
  ...["interval.from", "interval.to", "run.id", "run.url", "run.trigger", "run.attempt", "run.key"],
  ...["pipeline.name", "pipeline.version", "stage.id", "env.*", "var.*", "params.*", "stages.*.params.*"],
] as const;

const inside = /^\s*([A-Za-z_][\w-]*(?:\.[\w-]+)*)\s*((?:\|[^|]*)*)$/;
const filter = /^\|\s*([a-z_]+)\s*(?::\s*([^\s|]+)\s*)?$/;

const example = "Write {{ interval.from | date }}, or \\{{ where two braces are meant.";

/** The template that begins at `{{`; broken up to the end of its line where it has no end. */
export function templateAt(text: string, start: number): Exclude<Piece, { kind: "text" }> {
  const close = text.indexOf("}}", start + 2);
  const open = text.indexOf("{{", start + 2);
  if (close < 0 || (open >= 0 && open < close)) {
    const line = text.indexOf("\n", start);
    const end = Math.min(...[line, open, text.length].filter((at) => at >= 0));
    return { kind: "broken", start, end, message: "These braces do not end.", fix: `Add }}. ${example}` };
  }
  const place = { start, end: close + 2 };
  const content = text.slice(start + 2, close);
  const [, path = "", bars = ""] = inside.exec(content) ?? [];
  const said = content.trim().slice(0, 60);
  if (!path) return { kind: "broken", ...place, message: `“${said}” is no name that can be filled in.`, fix: example };
  const found: Filter[] = [];
  for (const bar of bars.match(/\|[^|]*/g) ?? []) {
    const [, name, argument = null] = filter.exec(bar.trimEnd()) ?? [];
    if (!name) {
      const message = `“${bar.slice(1).trim().slice(0, 60)}” is no filter.`;
      return { kind: "broken", ...place, message, fix: `Filters are ${Object.keys(filters).join(", ")}.` };
    }
    found.push({ name, argument });
  }
  return { kind: "template", ...place, template: { path: path.split("."), filters: found } };
}

/** A text in its pieces; every character belongs to one. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (let at = text.indexOf("{{"); at >= 0; at = text.indexOf("{{", from)) {
    const plain = text[at - 1] === "\\";
    const before = text.slice(from, plain ? at - 1 : at) + (plain ? "{{" : "");
    if (before) found.push({ kind: "text", text: before, start: from, end: plain ? at + 2 : at });
    if (plain) {
      from = at + 2;
      continue;
    }
    const one = templateAt(text, at);
    found.push(one);
    from = one.end;
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from), start: from, end: text.length });
  return found;
}

export const spelt = ({ path, filters: all }: Template): string =>
  [path.join("."), ...all.map(({ name, argument }) => (argument ? `${name}: ${argument}` : name))].join(" | ");
