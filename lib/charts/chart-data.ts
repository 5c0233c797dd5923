import { createHash } from "node:crypto";
import { readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { partsOf } from "@/lib/results/as-parts";
import { derivedPath } from "@/lib/results/derived";
import { parseHead } from "@/lib/results/head";
import { readError, refuseExpired } from "@/lib/results/read-rows";
import { readChart } from "@/lib/results/readers";
import type { ResultStatement } from "@/lib/results/statement";
import { shapeChart } from "./chart-view";
import type { ChartAnswer, ChartPlan, ChartRequest } from "./plan";
import { proposeChart } from "./propose";
import { resolve } from "./resolve";
import type { ChartSpec, ChartView } from "./schema";

const deadlineMs = 60_000;
/** Enough rows to see how values repeat. */
const sampled = 2_000;
/** Changes with what an answer holds, so that an older one in the cache is left alone. */
const version = 1;

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
  const answer = await computed(statement, plan);
  return { spec, proposed: !asked, ...shapeChart(answer, plan, spec, columns), ...about };
}

/** Computed once a result and plan, and kept beside the other files that come of the result. */
async function computed(statement: ResultStatement, plan: ChartPlan): Promise<ChartAnswer> {
  const what = createHash("sha256")
    .update(JSON.stringify([version, plan]))
    .digest("hex");
  const file = await derivedPath(statement.statementId, `${what}.chart.json`);
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null) {
    const now = new Date();
    await utimes(file, now, now).catch(() => undefined);
    return JSON.parse(kept) as ChartAnswer;
  }
  const { parts, release } = await partsOf(statement);
  try {
    const request: ChartRequest = { kind: "chart", parts, columns: statement.columns ?? [], plan };
    const answer = await readChart<ChartAnswer>({ request, deadlineMs });
    const aside = `${file}.${newId()}.part`;
    await writeFile(aside, JSON.stringify(answer), { mode: 0o600 });
    await rename(aside, file).catch(() => rm(aside, { force: true }));
    return answer;
  } catch (error) {
    throw readError(error);
  } finally {
    release();
  }
}
