/** A row that cannot be read, by where it stands. */
export interface BadRow {
  /** Of a text: its line in the file, the first being 1. */
  line: number | null;
  /** Of one whose values are there and do not fit: its number among the rows that could be read, the first being 1. */
  row: number | null;
  column: string | null;
  message: string;
  /** As it stands in the file, or the value; cut off. */
  text: string;
}

/** What is kept of one. */
const mostText = 1_000;
const mostSaid = 10;

export const cut = (text: string): string => (text.length > mostText ? `${text.slice(0, mostText)}…` : text);

const placeOf = ({ line, row, column }: BadRow) =>
  `${line === null ? `Row ${row}` : `Line ${line}`}${column === null ? "" : `, ${column}`}`;
const short = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

/** The first of them in words, one below the other. */
export function inLines(bad: BadRow[], all: number): string {
  const lines = bad
    .slice(0, mostSaid)
    .map((one) => `${placeOf(one)}: ${one.message} (${short(one.text.trim()) || "empty"})`);
  return [...lines, ...(all > mostSaid ? [`and ${(all - mostSaid).toLocaleString("en-US")} more`] : [])].join("\n");
}
