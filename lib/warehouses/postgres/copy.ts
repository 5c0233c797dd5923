import pg from "pg";
import type { RowSink, RunOutcome } from "@/lib/warehouses/adapter";
import { statementError } from "./errors";
import { RowExchange, type Runner } from "./rows";

/** Why the statement has to run once more through a portal. */
export type Again = "too_large" | "refused";

/**
 * The quickest way for rows: the engine writes the CSV. `sql` has been parsed alone by the server before, so inside
 * the brackets it cannot be more than one query. The row beyond the limit is asked for outside of the person's text;
 * PostgreSQL never flattens a subquery with ORDER BY or LIMIT, so their order and their plan stay.
 */
export async function copyRows(
  { client, cancel }: Runner,
  sql: string,
  limit: number,
  sink: RowSink,
): Promise<RunOutcome | Again> {
  const limited = Number.isFinite(limit);
  const prefix = limited ? "copy (select * from (\n" : "copy (\n";
  const suffix = limited ? `\n) as _ limit ${limit + 1}) to stdout (format csv)` : "\n) to stdout (format csv)";
  let opened = false;
  const exchange = new RowExchange((wire) => wire.query(prefix + sql + suffix), {
    open: () => {
      opened = true;
      return sink.open(false);
    },
    limit,
    cancel,
  });
  try {
    const count = await client.query(exchange).done;
    if (count.tooLarge) return "too_large";
    return {
      rowCount: Math.min(count.counted, limit),
      truncated: count.counted > limit,
      path: "copy",
    };
  } catch (error) {
    // What Describe accepted and COPY does not (a rule, data-modifying WITH): the portal gives rows or the true error.
    if (!opened && error instanceof pg.DatabaseError && /^(0A|42)/.test(error.code ?? "")) return "refused";
    throw statementError(error, sql, prefix.length);
  }
}
