import { quote } from "./encoding";

/** One Parquet file of a stored result, and the number of its first row in the whole. */
export interface StoredPart {
  file: string;
  first: number;
  rows: number;
}

const withNumbers = (file: string) => `read_parquet(${quote(file)}, file_row_number = true)`;

/**
 * All rows, in order, with `r`, the row's number. One scan over all files and not a scan each: a sort above several
 * scans does not use the disk when memory ends, and fails.
 */
export function storedRows(parts: StoredPart[]): string {
  const files = parts.map(({ file }) => quote(file)).join(", ");
  const firsts = parts.map(({ first }) => first).join(", ");
  return `(SELECT * EXCLUDE (file_row_number), file_row_number + [${firsts}][(file_index + 1)::INTEGER] AS r
    FROM read_parquet([${files}], file_row_number = true))`;
}

/** The rows `from` up to before `to`: only the files that hold them are opened, and only the groups that do are read. */
export function storedWindow(parts: StoredPart[], from: number, to: number): string {
  const selects = parts
    .filter(({ first, rows }) => first < to && first + rows > from)
    .map(
      ({
        file,
        first,
      }) => `SELECT * EXCLUDE (file_row_number), file_row_number + ${first} AS r FROM ${withNumbers(file)}
        WHERE file_row_number >= ${from - first} AND file_row_number < ${to - first}`,
    );
  return `(${selects.join(" UNION ALL ")})`;
}

/** Single rows by number, in the file's own order. */
export function storedNumbers(parts: StoredPart[], numbers: number[]): string {
  const selects = parts.flatMap(({ file, first, rows }) => {
    const local = numbers.filter((r) => r >= first && r < first + rows).map((r) => r - first);
    if (local.length === 0) return [];
    // The bounds let DuckDB leave whole row groups out, which it does not see from a list.
    const [low, high] = [Math.min(...local), Math.max(...local)];
    return `SELECT * EXCLUDE (file_row_number), file_row_number + ${first} AS r FROM ${withNumbers(file)}
      WHERE file_row_number BETWEEN ${low} AND ${high} AND file_row_number IN (${local.join(",")})`;
  });
  return `(${selects.join(" UNION ALL ")})`;
}
