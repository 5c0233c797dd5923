import type { RowSink, RunOutcome, RunRequest } from "@/lib/warehouses/adapter";
import { statementError } from "./errors";
import { RowExchange, type Runner } from "./rows";
import { engineText } from "./values";

/**
 * Runs the person's own text through a portal of the extended protocol, with its values bound. The limit is the
 * portal's, so nothing is wrapped around the text; back-pressure is the socket's. Without a sink it is a command.
 */
export async function portalRows(
  { client, cancel }: Runner,
  request: RunRequest,
  sink: RowSink | null,
  restarted = false,
): Promise<RunOutcome> {
  const limit = request.limit ?? Number.POSITIVE_INFINITY;
  const exchange = new RowExchange(
    (wire) => {
      wire.parse({ text: request.sql });
      wire.bind({ values: request.values.map(engineText) });
      // The server takes 0 for "all".
      wire.execute({ rows: request.limit === null ? 0 : request.limit + 1 });
      wire.close({ type: "P", name: "" });
      wire.sync();
    },
    {
      open: () => {
        if (!sink) throw new Error("A command returned rows that were not described.");
        return sink.open(restarted);
      },
      largeCell: sink ? (row, column, value) => sink.largeCell(row, column, value) : undefined,
      limit,
      cancel,
    },
  );
  try {
    const count = await client.query(exchange).done;
    // A suspended portal has given exactly what Execute asked for. SHOW and EXPLAIN answer without a number.
    const rows = count.suspended ? limit + 1 : count.counted < 0 ? count.seen : count.counted;
    if (!sink) return { rowCount: 0, truncated: false, path: "command" };
    return { rowCount: Math.min(rows, limit), truncated: rows > limit, path: "cursor" };
  } catch (error) {
    throw statementError(error, request.sql);
  }
}
