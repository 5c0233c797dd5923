import { bareCopy, queryStream } from "./drivers";
import type { Line } from "./line";
import { columns, finish, firstRows, submit } from "./sluice";
import { spread, timed } from "./stats";

/** A million rows of four columns stored whole: by COPY, and by the portal that a bound value needs. */
export const storeMillion: Line = {
  name: "store-million",
  async measure({ floor, sluice, warehouse, warehouseUrl, quick }) {
    const n = quick ? 100_000 : 1_000_000;
    const times = quick ? 2 : 7;
    const sql = firstRows(n);
    const copies: number[] = [];
    for (let i = 0; i < times; i++) copies.push((await bareCopy(warehouseUrl, sql)).ms);
    const least = spread(await timed(times, () => floor.json("POST", "/api/v1/executions?rows=0", { sql })));
    const store = async (text: string, parameters?: Record<string, unknown>) =>
      finish(sluice, (await submit(sluice, { warehouse, sql: text, parameters })).id);
    const ours = spread(await timed(times, () => store(sql), 1));

    const cursorSql = (value: string) => `select ${columns} from bench_events where id <= ${n} and score >= ${value}`;
    const streams: number[] = [];
    for (let i = 0; i < times; i++) {
      streams.push(await queryStream(warehouseUrl, cursorSql("$1::numeric"), ["-1.5"]));
    }
    const cursor = spread(await timed(times, () => store(cursorSql("{{low}}::numeric"), { low: "-1.5" }), 1));
    const copy = spread(copies).p50;
    const stream = spread(streams).p50;
    return [
      {
        what: `${n.toLocaleString("en")} rows stored, COPY`,
        unit: "ms",
        ours: ours.p50,
        ours95: ours.p95,
        floor: least.p50,
        floor95: least.p95,
        plain: copy,
        target: "<= 1.5x COPY to a file",
        met: ours.p50 <= 1.5 * copy,
      },
      {
        what: `${n.toLocaleString("en")} rows stored, cursor`,
        unit: "ms",
        ours: cursor.p50,
        ours95: cursor.p95,
        plain: stream,
        target: "<= 1.3x pg-query-stream",
        met: cursor.p50 <= 1.3 * stream,
      },
    ];
  },
};
