import { once } from "node:events";
import { finished } from "node:stream/promises";
import { newId } from "@/lib/platform/ids";
import { csvRow } from "@/lib/results/formats";
import type { Cell } from "@/lib/results/head";
import type { ResultStatement } from "@/lib/results/statement";
import { createResultWriter, type ResultWriter } from "@/lib/results/writer";
import type { Column } from "@/lib/warehouses/adapter";

/** Sends CSV, each chunk of whole rows, as a warehouse does. */
export async function feed(target: ResultWriter, chunks: Iterable<string>): Promise<void> {
  const sink = target.sink();
  for (const chunk of chunks) if (!sink.write(Buffer.from(chunk))) await once(sink, "drain");
  sink.end();
  await finished(sink);
}

/** What takes the rows of a statement of this id. */
export function resultWriter(columns: Column[], statementId = `t-${newId()}`): ResultWriter {
  return createResultWriter({
    statementId,
    lease: "lease",
    timeZone: "UTC",
    columns,
    onHead: () => {},
    onProgress: () => {},
  });
}

/** A succeeded statement, by what its writer has kept. */
export function storedStatement(
  columns: Column[],
  rowCount: number,
  stored: Awaited<ReturnType<ResultWriter["finish"]>>,
  statementId = "s",
): ResultStatement {
  return {
    statementId,
    state: "succeeded",
    columns,
    rowCount,
    truncated: false,
    limitedBy: null,
    timeZone: "UTC",
    expiredAt: null,
    ...stored,
  };
}

/** A succeeded statement whose rows went through the writer. */
export async function storeCsv(columns: Column[], chunks: Iterable<string>, rowCount: number) {
  const statementId = `t-${newId()}`;
  const target = resultWriter(columns, statementId);
  await feed(target, chunks);
  return storedStatement(columns, rowCount, await target.finish(rowCount), statementId);
}

/** The same of rows of cells. */
export function storeRows(columns: Column[], rows: Cell[][]): Promise<ResultStatement> {
  return storeCsv(
    columns,
    rows.map((row) => csvRow(row, columns, false)),
    rows.length,
  );
}
