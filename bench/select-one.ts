import type { Line } from "./line";
import { type Ask, runOne } from "./sluice";
import { spread, timed } from "./stats";

/** `select 1`, from submit to its row on the client, in one request. One at a time, so nothing is joined. */
export const selectOne: Line = {
  name: "select-one",
  async measure({ backend, floor, sluice, warehouse, quick }) {
    const times = quick ? 30 : 500;
    const ask: Ask = { warehouse, sql: "select 1" };
    const path = "/api/v1/executions?wait=60&rows=1";
    const least = spread(await timed(times, () => floor.json("POST", path, ask), 50));
    const ours = spread(await timed(times, () => runOne(sluice, ask, 1), 50));
    const most = backend === "redis" ? 3 : 4.5;
    return [
      {
        what: "select 1, submit to rows",
        unit: "ms",
        ours: ours.p50,
        ours95: ours.p95,
        floor: least.p50,
        floor95: least.p95,
        target: `p50 and p95 <= ${most}x floor`,
        met: ours.p50 <= most * least.p50 && ours.p95 <= most * least.p95,
      },
    ];
  },
};
