import type { DuckDBConnection } from "@duckdb/node-api";
import { textOf } from "@/lib/results/encoding";
import type { DigestAnswer, DigestRequest } from "@/lib/results/requests";
import { firstRow, rowsOf } from "./chart-axis";

/** A number that is equal for the same rows, in whatever order they came. */
export async function readDigest(duck: DuckDBConnection, { parts, columns }: DigestRequest): Promise<DigestAnswer> {
  if (parts.length === 0 || columns.length === 0) return { digest: "" };
  const cells = columns.map(({ type }, i) => textOf(type, i)).join(", ");
  // A sum and not an exclusive or, in which two equal rows would be none.
  const sql = `SELECT coalesce(sum(hash(${cells})::HUGEINT), 0)::VARCHAR FROM ${rowsOf(parts.map(({ file }) => file))}`;
  const [digest] = await firstRow(duck, sql);
  return { digest: String(digest) };
}
