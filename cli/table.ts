/** A cell as a terminal may have it: on one line, and without what would move its cursor or change its colours. */
export function plain(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const named: Record<string, string> = { "\n": "\\n", "\t": "\\t", "\r": "\\r" };
  return text.replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, (found) => {
    return named[found] ?? `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/gu;
const widthOf = (text: string) => [...text].length + (text.match(wide)?.length ?? 0);
const pad = (text: string, width: number, right: boolean) => {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
};
const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Rows under their names, numbers to the right. `most` is the most characters that one cell shows. */
export function table(names: string[], rows: unknown[][], most = 60): string {
  const heads = names.map((name) => cut(plain(name), most));
  const cells = rows.map((row) => row.map((value) => cut(plain(value), most)));
  const widths = heads.map((head, n) => Math.max(widthOf(head), ...cells.map((row) => widthOf(row[n] ?? ""))));
  const numeric = heads.map((_, n) => rows.length > 0 && rows.every((row) => isNumber(row[n])));
  const line = (row: string[]) =>
    row
      .map((text, n) => pad(text, widths[n] ?? 0, numeric[n] ?? false))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [line(heads), rule, ...cells.map(line), ""].join("\n");
}

const isNumber = (value: unknown) =>
  value === null || typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value));
