import { SluiceError } from "@/lib/platform/errors";
import { parseHead } from "@/lib/results/head";
import { refuseExpired } from "@/lib/results/read-rows";
import type { ResultStatement } from "@/lib/results/statement";
import { shapeChart } from "./chart-view";
import { keptAnswer } from "./kept";
import type { ChartAnswer } from "./plan";
import { proposeChart } from "./propose";
import { resolve } from "./resolve";
import type { ChartSpec, ChartView } from "./schema";

/** Enough rows to see how values repeat. */
const sampled = 2_000;

export function refuseUnfinished(statement: ResultStatement): void {
  refuseExpired(statement);
  if (statement.state !== "succeeded")
    throw new SluiceError("conflict", "The execution must have succeeded before its rows can be drawn.");
}

function proposalOf(statement: ResultStatement): ChartSpec | null {
  const columns = statement.columns ?? [];
  const rows = parseHead(Buffer.from(statement.head ?? []), columns).slice(0, sampled);
  return proposeChart(columns, rows, statement.rowCount ?? rows.length);
}

/** A chart of a complete result over all its rows; without a spec of what its columns suggest. @throws SluiceError */
export async function chartOf(statement: ResultStatement, asked: ChartSpec | undefined): Promise<ChartView> {
  refuseUnfinished(statement);
  const columns = statement.columns ?? [];
  const { truncated, limitedBy } = statement;
  const about = { rowCount: statement.rowCount ?? 0, truncated, limitedBy };
  const spec = asked ?? proposalOf(statement);
  if (!spec || columns.length === 0 || about.rowCount === 0) {
    const why =
      about.rowCount === 0 ? "The result has no rows." : "Nothing in these columns can be drawn: every value is NULL.";
    return { spec: spec ?? null, proposed: !asked, notes: [why], data: null, ...about };
  }
  const plan = resolve(spec, columns, statement.timeZone);
  const request = { kind: "chart" as const, columns, plan };
  const answer = await keptAnswer<ChartAnswer>(statement, plan, (parts) => ({ ...request, parts }));
  return { spec, proposed: !asked, ...shapeChart(answer, plan, spec, columns), ...about };
}
