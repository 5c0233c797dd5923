/** How a value is shown. Never touches the value: copies and downloads keep the engine's own text. */

export type Cell = string | number | boolean | null;
export type Kind = "number" | "date" | "timestamp" | "text";
export type Format =
  | "auto"
  | "plain"
  | "decimals0"
  | "decimals2"
  | "decimals4"
  | "percent"
  | "date"
  | "minute"
  | "month";

export const FORMATS: Record<Kind, { value: Format; label: string }[]> = {
  number: [
    { value: "auto", label: "Grouped" },
    { value: "plain", label: "As it is" },
    { value: "decimals0", label: "No decimals" },
    { value: "decimals2", label: "2 decimals" },
    { value: "decimals4", label: "4 decimals" },
    { value: "percent", label: "Percent" },
  ],
  date: [
    { value: "auto", label: "As it is" },
    { value: "month", label: "Year and month" },
  ],
  timestamp: [
    { value: "auto", label: "As it is" },
    { value: "minute", label: "To the minute" },
    { value: "date", label: "Date only" },
    { value: "month", label: "Year and month" },
  ],
  text: [],
};

const ordered = /^(jsonb?|xml|inet|cidr|bit|oid|pg_lsn)\b|\[\]$|range$/i;

/** Whether a type has an order of its own that sorts and filters do not follow: they go by its text. */
export function goesByText(type: string): boolean {
  return ordered.test(type.trim());
}

export function kindOf(type: string): Kind {
  if (type.endsWith("]")) return "text";
  if (/^(smallint|integer|bigint|int[248]?|numeric|decimal|real|double precision|float[48]?|money|oid)\b/i.test(type))
    return "number";
  if (/^date\b/i.test(type)) return "date";
  if (/^timestamp/i.test(type)) return "timestamp";
  return "text";
}

/** The value as text, unchanged; null has none. */
export function rawText(value: Cell): string {
  return value === null ? "" : String(value);
}

const DECIMALS: Partial<Record<Format, number>> = { decimals0: 0, decimals2: 2, decimals4: 4 };

export function displayText(value: Cell, kind: Kind, format: Format, locale?: string): string {
  const text = rawText(value);
  if (value === null || kind === "text" || format === "plain") return text;
  if (kind === "number") return numberText(text, format, locale);
  return timeText(text, format);
}

/** Intl takes decimal strings exactly, so numeric(38) is grouped without passing through a float. */
function numberText(text: string, format: Format, locale?: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  const exact = text as `${number}`;
  if (format === "percent") return intl(locale, { style: "percent", maximumFractionDigits: 2 }).format(exact);
  const digits = DECIMALS[format] ?? Math.min(text.split(".")[1]?.length ?? 0, 100);
  return intl(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(exact);
}

/** Years beyond 9999, BC and infinity do not look like this and stay as they are. */
function timeText(text: string, format: Format): string {
  const parts = /^(\d{4}-\d{2})-\d{2}(?: \d{2}:\d{2})?/.exec(text);
  if (!parts || text.endsWith("BC")) return text;
  if (format === "date") return text.slice(0, 10);
  if (format === "month") return parts[1] ?? text;
  if (format === "minute") return text.slice(0, 16);
  return text;
}

const formatters = new Map<string, Intl.NumberFormat>();

function intl(locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale}|${options.style}|${options.minimumFractionDigits}|${options.maximumFractionDigits}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat(locale, options);
    formatters.set(key, formatter);
  }
  return formatter;
}

/** Tab-separated, quoted only where a spreadsheet would otherwise split the cell. */
export function toTsv(rows: Cell[][]): string {
  return rows.map((row) => row.map((cell) => tsvCell(rawText(cell))).join("\t")).join("\n");
}

function tsvCell(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
