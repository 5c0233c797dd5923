import type { Line } from "./line";
import { psqlCopy } from "./psql";
import { finish, firstRows, submit } from "./sluice";
import { spread } from "./stats";

/** A stored million rows as CSV over HTTP, beside psql's \copy of the same SQL and the floor's file as it is. */
export const csv: Line = {
  name: "csv",
  async measure({ floor, sluice, warehouse, warehouseUrl, quick }) {
    const n = quick ? 100_000 : 1_000_000;
    const times = quick ? 2 : 9;
    const sql = firstRows(n);
    const { id } = await finish(sluice, (await submit(sluice, { warehouse, sql })).id);
    const least = await floor.json<{ id: string }>("POST", "/api/v1/executions?rows=0", { sql });

    const ours: number[] = [];
    const first: number[] = [];
    const theirs: number[] = [];
    const psql: number[] = [];
    for (let i = 0; i < times; i++) {
      let from = performance.now();
      await floor.drain(`/api/v1/executions/${least.body.id}/download?format=csv`);
      theirs.push(performance.now() - from);
      from = performance.now();
      const answer = await sluice.drain(`/api/v1/executions/${id}/download?format=csv`);
      ours.push(performance.now() - from);
      first.push(answer.firstByteMs);
      const ms = await psqlCopy(warehouseUrl, sql);
      if (ms !== null) psql.push(ms);
    }
    const whole = spread(ours);
    const start = spread(first);
    const plain = psql.length ? spread(psql).p50 : undefined;
    return [
      {
        what: `CSV of ${n.toLocaleString("en")} stored rows`,
        unit: "ms",
        ours: whole.p50,
        ours95: whole.p95,
        floor: spread(theirs).p50,
        floor95: spread(theirs).p95,
        plain,
        target: "<= psql \\copy",
        met: plain === undefined ? null : whole.p50 <= plain,
      },
      {
        what: "CSV, first byte",
        unit: "ms",
        ours: start.p50,
        ours95: start.p95,
        target: "<= 20",
        met: start.p50 <= 20,
      },
    ];
  },
};
