/** Rows under their names as RFC 4180 has them, but for lines that end as a shell's do. What there is none of is empty. */
export function csv(names: string[], rows: unknown[][]): string {
  return [names, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

function cell(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
