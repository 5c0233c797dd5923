import { bareCopy } from "./drivers";
import type { Line, Sitting } from "./line";
import { finish, firstRows, submit } from "./sluice";
import { spread } from "./stats";

/** From submit until a page of rows can be read, asked for again and again while the rest still arrives. */
async function firstPage({ sluice, warehouse }: Sitting, sql: string): Promise<number> {
  const from = performance.now();
  const { id } = await submit(sluice, { warehouse, sql });
  for (;;) {
    const { body } = await sluice.json<{ rows: unknown[][] }>("GET", `/api/v1/executions/${id}/rows?limit=100`);
    if (body.rows.length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const ms = performance.now() - from;
  await finish(sluice, id);
  return ms;
}

/**
 * The warehouse's own first row is when a bare COPY of the same SQL brings its first byte: seen from outside,
 * so that Sluice's own clock is not its judge. What is compared is the difference of the two.
 */
export const firstRowsLine: Line = {
  name: "first-rows",
  async measure(sitting) {
    const sizes = sitting.quick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000, 5_000_000];
    const measured = [];
    for (const n of sizes) {
      const times = sitting.quick ? 2 : n >= 1_000_000 ? 5 : 15;
      const sql = firstRows(n);
      const theirs: number[] = [];
      const ours: number[] = [];
      for (let i = 0; i < times; i++) theirs.push((await bareCopy(sitting.warehouseUrl, sql)).firstMs);
      for (let i = 0; i < times; i++) ours.push(await firstPage(sitting, sql));
      const plain = spread(theirs).p50;
      const { p50, p95 } = spread(ours);
      measured.push({
        what: `first rows of ${n.toLocaleString("en")}`,
        unit: "ms" as const,
        ours: p50,
        ours95: p95,
        plain,
        target: "<= first byte + 50 ms",
        met: p50 - plain <= 50,
      });
    }
    return measured;
  },
};
