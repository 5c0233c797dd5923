import { once } from "node:events";
import { finished } from "node:stream/promises";
import { newId } from "@/lib/platform/ids";
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

/** A succeeded statement whose rows went through the writer. */
export async function storeCsv(columns: Column[], chunks: Iterable<string>, rowCount: number) {
  const statementId = `t-${newId()}`;
  const target = createResultWriter({
    statementId,
    lease: "lease",
    timeZone: "UTC",
    columns,
    onHead: () => {},
    onProgress: () => {},
  });
  await feed(target, chunks);
  const stored = await target.finish(rowCount);
  const statement: ResultStatement = {
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
  return statement;
}
