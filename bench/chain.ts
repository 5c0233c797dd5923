import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type pg from "pg";
import type { Line } from "./line";
import { inOwnDatabase } from "./own-database";
import { msOf, publish, runOf, sharesInWords, sharesOf } from "./stages";
import { spread } from "./stats";

const run = promisify(execFile);

/** As many commits that wait for the disk, in the same database, and as many bare starts of the same program, one by one. */
async function bare(client: pg.Client, count: number): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-bench-"));
  await writeFile(path.join(folder, "context.json"), JSON.stringify({ params: {} }));
  await client.query("create table if not exists bench_floor (n int)");
  const env = { ...process.env, SLUICE_IN: folder };
  const from = performance.now();
  try {
    for (let n = 0; n < count; n++) {
      await client.query("insert into bench_floor values ($1)", [n]);
      await run(process.execPath, [path.join("operators", "noop", "main.mjs")], { env });
    }
    return performance.now() - from;
  } finally {
    await client.query("drop table bench_floor");
    await rm(folder, { recursive: true, force: true });
  }
}

/** Stages that do nothing, one after the other: what a stage costs besides its program. */
export const chain: Line = {
  name: "chain",
  measure: (sitting) =>
    inOwnDatabase(sitting, async (client) => {
      const count = sitting.quick ? 10 : 40;
      const name = "bench_chain";
      await publish(sitting.sluice, name, Array(count).fill({ operator: "noop@1" }), true);
      await runOf(sitting.sluice, name);
      const [ours, floor]: [number[], number[]] = [[], []];
      // Turn about, since the machine's speed varies.
      for (let n = 0; n < (sitting.quick ? 1 : 5); n++) {
        floor.push(await bare(client, count));
        const done = await runOf(sitting.sluice, name);
        ours.push(msOf(done));
        console.error(`chain of ${count}: ${msOf(done)} ms; ${sharesInWords(sharesOf(done))}`);
      }
      const [mine, least] = [spread(ours), spread(floor)];
      return [
        {
          what: `chain of ${count} stages that do nothing`,
          unit: "ms",
          ours: mine.p50,
          floor: least.p50,
          target: `<= 5x ${count} commits and ${count} starts of the program`,
          met: mine.p50 <= 5 * least.p50,
        },
      ];
    }),
};
