import { encodeSelect, quote } from "@/lib/results/encoding";
import type { WriteRequest } from "@/lib/results/requests";

/**
 * No line is longer: a row over 1 MiB comes with its largest cells put apart, and quoting at most doubles the rest. The
 * reader works in buffers of this size, so a small one also means that little is left to do when the last row came.
 */
const maxLine = 5 << 19;

/** A group of so many rows is what a page of rows has to unpack, and what the writer holds. */
const groupRows = 30_720;

function readCsv(source: string, columns: number): string {
  const names = Array.from({ length: columns }, (_, i) => `'v${i}': 'VARCHAR'`).join(", ");
  return `read_csv(${quote(source)}, auto_detect = false, header = false, columns = {${names}}, delim = ',', quote = '"',
    escape = '"', nullstr = '', allow_quoted_nulls = false, new_line = '\\n', max_line_size = ${maxLine}, buffer_size = ${maxLine}, parallel = false)`;
}

/** The statement that turns the engine's CSV (a pipe or a file) into a Parquet file of a result. */
export function storeSql({ source, target, columns }: WriteRequest): string {
  // Wide rows get smaller groups, so that the group in memory stays well below the limit.
  const group = Math.max(2048, Math.min(groupRows, Math.floor((groupRows * 48) / Math.max(columns.length, 1))));
  const select = encodeSelect(columns, readCsv(source, columns.length));
  // A column with more values than this gains nothing from a dictionary, and making one takes a quarter of the time.
  return `COPY (${select}) TO ${quote(target)}
    (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${group}, DICTIONARY_SIZE_LIMIT ${Math.floor(group / 10)})`;
}
