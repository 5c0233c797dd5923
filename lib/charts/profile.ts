import type { ResultStatement } from "@/lib/results/statement";
import { refuseUnfinished } from "./chart-data";
import { axisOf } from "./chart-view";
import { keptAnswer } from "./kept";
import type { ChartPlan, ProfileAnswer } from "./plan";
import { resolve } from "./resolve";
import { chartSpec, type ProfileQuery, type ProfileView } from "./schema";

const bins = 24;
const frequent = 8;

/** How the values of some columns of a complete result are spread, over all its rows. @throws SluiceError */
export async function profileOf(statement: ResultStatement, { offset, limit }: ProfileQuery): Promise<ProfileView> {
  refuseUnfinished(statement);
  const columns = statement.columns ?? [];
  const { truncated, limitedBy } = statement;
  const about = { rowCount: statement.rowCount ?? 0, truncated, limitedBy, columnCount: columns.length };
  const plans = columns.slice(offset, offset + limit).map((_, i): ChartPlan => {
    const plan = resolve(chartSpec.parse({ type: "histogram", x: offset + i, bins }), columns, statement.timeZone);
    return plan.x?.kind === "text" ? { ...plan, type: "bar", top: frequent } : plan;
  });
  if (plans.length === 0 || about.rowCount === 0) return { ...about, columns: [] };
  const request = { kind: "profile" as const, columns, plans };
  const answer = await keptAnswer<ProfileAnswer>(statement, plans, (parts) => ({ ...request, parts }));
  return {
    ...about,
    columns: answer.columns.flatMap(({ shape, ...known }, i) => {
      const x = axisOf(columns, plans[i], shape);
      if (!x) return [];
      const { name = "", type = "" } = columns[known.column] ?? {};
      return [{ ...known, name, type, shape: { x, keys: shape.keys, rows: shape.rows[0] ?? [] } }];
    }),
  };
}
