import type { Line, Measured, Sitting } from "./line";
import { sum, tree, watchMemory, webAndWorker } from "./processes";
import { finish, firstRows, submit } from "./sluice";

/** The whole life of a large result: it arrives, is paged through, and is downloaded. */
async function liveThrough({ sluice, warehouse }: Sitting, n: number): Promise<void> {
  const { id } = await finish(sluice, (await submit(sluice, { warehouse, sql: firstRows(n) })).id);
  for (let i = 0; i < 40; i++) {
    await sluice.json("GET", `/api/v1/executions/${id}/rows?limit=1000&offset=${Math.floor((i / 40) * n)}`);
  }
  await sluice.drain(`/api/v1/executions/${id}/download?format=csv`);
}

/** PSS of web, worker and DuckDB's children; their database and npm itself are not counted in this line. */
export const memory: Line = {
  name: "memory",
  async measure(sitting) {
    await liveThrough(sitting, 10_000);
    await new Promise((resolve) => setTimeout(resolve, 25_000));
    const idle = sum(await tree(sitting.product.pid), webAndWorker);
    const measured: Measured[] = [{ what: "web and worker at rest", unit: "MiB", ours: idle, target: "", met: null }];
    for (const n of sitting.quick ? [100_000] : [1_000_000, 5_000_000]) {
      const stop = watchMemory(sitting.product.pid);
      await liveThrough(sitting, n);
      const high = await stop();
      measured.push({
        what: `web and worker, ${n.toLocaleString("en")} rows`,
        unit: "MiB",
        ours: high.own,
        target: `<= ${idle} at rest + 250`,
        met: high.own <= idle + 250,
      });
    }
    return measured;
  },
};
