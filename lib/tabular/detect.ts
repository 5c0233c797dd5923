import { Refusal } from "./refusal";
import type { Format } from "./schema";

const begins = (head: Buffer, ...bytes: number[]) => bytes.every((byte, at) => head[at] === byte);
const refuse = (message: string) => new Refusal(message);

/**
 * What a file is, by its first bytes: its name's ending may be wrong.
 * @throws Refusal, saying what to send instead
 */
export function formatOf(head: Buffer): Format {
  if (head.length === 0) throw refuse("The file is empty.");
  if (head.toString("latin1", 0, 4) === "PAR1") return "parquet";
  if (begins(head, 0x50, 0x4b, 0x03, 0x04)) return "xlsx";
  if (begins(head, 0xd0, 0xcf, 0x11, 0xe0))
    throw refuse("This is an Excel file of the old kind (.xls), or one with a password. Save it as .xlsx, or as CSV.");
  if (begins(head, 0x1f, 0x8b) || begins(head, 0x28, 0xb5, 0x2f, 0xfd) || begins(head, 0x42, 0x5a, 0x68))
    throw refuse("The file is compressed. Unpack it, and send what is inside.");
  if (head.toString("latin1", 0, 5) === "%PDF-") throw refuse("This is a PDF. Send its tables as CSV or XLSX.");
  if (utf16(head)) return "csv";
  if (head.includes(0)) throw refuse("This is no text, no Parquet and no workbook. Send CSV, JSON, Parquet or XLSX.");
  const text = head.toString("utf8").replace(/^\ufeff/, "");
  const first = text.trimStart();
  if (/^\[\s*[[{\]]/.test(first)) return "json";
  if (!first.startsWith("{")) return "csv";
  // An object a line; one object over several lines is JSON.
  const line = first.slice(0, first.search(/\r?\n|$/));
  return line.trimEnd().endsWith("}") ? "ndjson" : "json";
}

/** By its mark at the beginning, which is how such text is told. */
export function utf16(head: Buffer): "utf-16le" | "utf-16be" | null {
  if (begins(head, 0xff, 0xfe)) return "utf-16le";
  return begins(head, 0xfe, 0xff) ? "utf-16be" : null;
}
