import { type StatementError, WarehouseError } from "@/lib/warehouses/adapter";
import { lineAndColumn } from "@/lib/warehouses/lexer";

interface DuckError {
  exception_type?: string;
  exception_message?: string;
  position?: string;
}

/** The nearest SQLSTATE: what an engine calls its errors, people and programs know by those. */
const states: Record<string, string> = {
  Parser: "42601",
  Binder: "42703",
  Catalog: "42P01",
  Conversion: "22P02",
  "Out of Range": "22003",
  "Invalid Input": "22023",
  "Not implemented": "0A000",
  Permission: "write_refused",
  "Out of Memory": "out_of_memory",
};

const words: Record<string, string> = {
  Permission:
    'SQL here reads results, saved queries\' answers and uploaded files by name, as results."…", queries."…" or files."…". It opens nothing else: no path, no address, no extension, no setting.',
  "Out of Memory":
    "The statement took more memory than there is for one. Filter earlier, aggregate before joining, or take fewer columns.",
};

/** Where a byte of UTF-8 stands in the text, in UTF-16 units. */
export function offsetOfByte(sql: string, byte: number): number {
  return Buffer.from(sql).subarray(0, byte).toString().length;
}

export function at(sql: string, byte: number): { line: number; column: number } {
  return lineAndColumn(sql, offsetOfByte(sql, byte));
}

/** An error of DuckDB's, or one of ours, as a statement's. `sql` is the text in which its position counts. */
export function errorOf(error: unknown, sql: string): StatementError {
  if (error instanceof WarehouseError) return error.detail;
  const text = error instanceof Error ? error.message : String(error);
  if (/bad_alloc|allocation fail|Array buffer allocation/i.test(text))
    return { code: "out_of_memory", message: words["Out of Memory"] as string };
  const told = parsed(text);
  const type = told?.exception_type ?? /^([A-Z][A-Za-z ]+?) Error:/.exec(text)?.[1] ?? "";
  const [message = "", ...rest] = (told?.exception_message ?? text.replace(/^[A-Z][A-Za-z ]+? Error: /, "")).split(
    "\n",
  );
  const hint = rest.filter((line) => line && !/^LINE \d+:|^\s*\^/.test(line)).join(" ");
  const position = told?.position === undefined ? {} : at(sql, Number(told.position));
  return {
    code: states[type] ?? "XX000",
    message: words[type] ?? message,
    ...position,
    ...(hint && !words[type] ? { hint } : {}),
  };
}

function parsed(text: string): DuckError | null {
  const start = text.indexOf("{");
  if (start < 0) return null;
  try {
    return JSON.parse(text.slice(start)) as DuckError;
  } catch {
    return null;
  }
}
