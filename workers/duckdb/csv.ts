import { encodeSelect, quote } from "@/lib/results/encoding";
import type { WriteRequest } from "@/lib/results/requests";

/** Cells over 1 MiB never come through the CSV, so a line is at most that times the few cells that are so wide. */
const maxLine = 16 << 20;

function readCsv(source: string, columns: number): string {
  const names = Array.from({ length: columns }, (_, i) => `'v${i}': 'VARCHAR'`).join(", ");
  return `read_csv(${quote(source)}, auto_detect = false, header = false, columns = {${names}}, delim = ',', quote = '"',
    escape = '"', nullstr = '', allow_quoted_nulls = false, new_line = '\\n', max_line_size = ${maxLine}, buffer_size = ${maxLine}, parallel = false)`;
}

/** The statement that turns the engine's CSV (a pipe or a file) into a result's Parquet file. */
export function storeSql({ source, target, columns }: WriteRequest): string {
  // Wide rows get smaller groups, so that the group in memory stays well below the limit.
  const group = Math.max(2048, Math.min(122_880, Math.floor((122_880 * 12) / Math.max(columns.length, 1))));
  const select = encodeSelect(columns, readCsv(source, columns.length));
  return `COPY (${select}) TO ${quote(target)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${group})`;
}
