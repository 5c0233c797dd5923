import type { Context } from "@/lib/access/context";
import { statementOf } from "@/lib/executions/data";
import { logger } from "@/lib/platform/logger";
import { chartOf } from "./chart-data";
import type { ChartSpec, ChartView } from "./schema";

/** So long a page may wait for its chart; what takes longer comes after the page, and is seen to be on its way. */
const patienceMs = 200;

/** A chart that comes with the page it stands on; null where it takes too long, or cannot be drawn (the page then asks). */
export async function drawnSoon(ctx: Context, executionId: string, spec: ChartSpec): Promise<ChartView | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  const drawn = statementOf(ctx, executionId)
    .then((statement) => chartOf(statement, spec))
    .catch((error: Error) => {
      logger.debug({ executionId, error: error.message }, "a page came without its chart");
      return null;
    });
  const view = await Promise.race([drawn, late]);
  clearTimeout(timer);
  return view;
}
