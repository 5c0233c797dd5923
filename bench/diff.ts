import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Api } from "./http";
import type { Line } from "./line";
import { finish, firstRows, submit } from "./sluice";
import { spread } from "./stats";

/** Rows that moved by a thousand, and one name in `every` changed. */
const changedRows = (n: number, every: number) =>
  `select id, case when id % ${every} = 0 then name || '!' else name end as name, score, at from bench_events
   where id > 1000 and id <= ${n + 1000}`;

/** The whole result as one file for DuckDB alone; answers its path. */
export async function fetchParquet(sluice: Api, id: string, folder: string): Promise<string> {
  const file = path.join(folder, `${id}.parquet`);
  await writeFile(file, (await sluice.bytes(`/api/v1/executions/${id}/download?format=parquet`)).body);
  return file;
}

/** The same rows joined by DuckDB in this process, reading both files and keeping what differs. */
async function alone(a: string, b: string): Promise<number> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const duck = await instance.connect();
  const from = performance.now();
  await duck.run(`create temp table differs as select a.id as ida, b.id as idb
    from '${a}' a full join '${b}' b on a.id = b.id
    where a.id is null or b.id is null or a.name is distinct from b.name or a.score is distinct from b.score
      or a.at is distinct from b.at`);
  const ms = performance.now() - from;
  duck.closeSync();
  instance.closeSync();
  return ms;
}

/** What differs between two stored millions, by key, found for the first time, and then a page of it again. */
export const diff: Line = {
  name: "diff",
  async measure({ sluice, warehouse, quick }) {
    const n = quick ? 50_000 : 1_000_000;
    const stored = async (sql: string) => (await finish(sluice, (await submit(sluice, { warehouse, sql })).id)).id;
    const ours: number[] = [];
    const again: number[] = [];
    const theirs: number[] = [];
    const folder = await mkdtemp(path.join(tmpdir(), "sluice-bench-diff-"));
    try {
      const a = await stored(firstRows(n));
      const fileA = await fetchParquet(sluice, a, folder);
      for (let i = 0; i < (quick ? 1 : 5); i++) {
        const b = await stored(changedRows(n, 997 + i));
        const fileB = await fetchParquet(sluice, b, folder);
        theirs.push(await alone(fileA, fileB));
        const ask = () => sluice.json<{ added: number }>("GET", `/api/v1/executions/${a}/diff/${b}?key=id&limit=200`);
        let from = performance.now();
        const { body } = await ask();
        ours.push(performance.now() - from);
        if (body.added !== 1_000) throw new Error(`1,000 rows are new; the difference says ${body.added}.`);
        from = performance.now();
        await ask();
        again.push(performance.now() - from);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const found = spread(ours);
    const plain = spread(theirs).p50;
    const page = spread(again);
    return [
      {
        what: `difference of two ${n.toLocaleString("en")} rows, by key`,
        unit: "ms",
        ours: found.p50,
        ours95: found.p95,
        plain,
        target: "<= 2x a full join in DuckDB",
        met: found.p50 <= 2 * plain,
      },
      { what: "difference, again", unit: "ms", ours: page.p50, ours95: page.p95, target: "", met: null },
    ];
  },
};
