import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { db } from "@/lib/platform/db/prisma";
import { cancelRun } from "@/lib/runs/cancel-run";
import { getRun, waitForRun } from "@/lib/runs/data";
import type { RunView } from "@/lib/runs/schema";
import { startRun } from "@/lib/runs/start-run";
import { asSuperuser, rowsIn } from "@/lib/testing/database";
import { type BuiltWarehouse, buildMart } from "@/lib/testing/factories";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";

/** For each run as long as a busy machine may take, with a worker that is lost and a program that is made again. */
export const longestMs = 120_000;

/** After so many halvings a moment is as good as the start. */
const mostMisses = 8;

/** The standard library alone: what else the operator brings need not be installed here. */
const score = `import csv, os, sys
rows = [row for file in inputs["rows"].files for row in csv.DictReader(open(file))]
folder = os.path.join(os.environ["SLUICE_OUT"], "scored")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "part-00000.csv"), "w", newline="") as file:
    out = csv.writer(file)
    out.writerow(["id", "course", "score"])
    out.writerows([row["id"], row["course"], int(row["points"]) * 3 % 101] for row in rows)
sys.exit()
`;

// get -> score ─┬─> add
//               └─> put ─┐
// copy ──────────────────┴─> sum
function stagesFor(warehouse: string, name: string): Stage[] {
  return [
    {
      ...{ id: "get", operator: "sql-extract@1", outputs: { rows: "parquet" } },
      params: { warehouse, sql: "select id, course, points from learners" },
    },
    {
      ...{ id: "score", operator: "python@1", params: { code: score }, outputs: { scored: "csv" } },
      inputs: { rows: { from: "get.rows", format: "csv" } },
    },
    {
      ...{ id: "put", operator: "load-table@1", inputs: { rows: "score.scored" } },
      params: { warehouse, table: `mart.${name}_scored`, mode: "merge", key: ["id"] },
    },
    {
      ...{ id: "add", operator: "load-table@1", inputs: { rows: "score.scored" } },
      params: { warehouse, table: `mart.${name}_added`, mode: "append" },
    },
    {
      ...{ id: "copy", operator: "replicate-table@1" },
      params: {
        ...{ source: warehouse, source_table: "public.learners", warehouse, table: `mart.${name}_copied` },
        ...{ mode: "incremental", cursor: "changed", key: ["id"] },
      },
    },
    {
      ...{ id: "sum", operator: "sql-transform@1", after: ["put", "copy"] },
      params: {
        ...{ warehouse, table: `mart.${name}_summed`, as: "table" },
        sql: `select c.course, count(*)::bigint as learners, sum(s.score)::bigint as score, sum(c.points)::bigint as points
          from mart.${name}_copied c join mart.${name}_scored s using (id) group by 1`,
      },
    },
  ];
}

/** What is killed while a run goes on; answers whether it has met anything. */
export type Kill = (run: string, warehouse: BuiltWarehouse) => Promise<boolean>;

export const killWorker: Kill = async () => {
  killWorkers();
  await startWorker();
  return true;
};

/** As an admin of the database ends sessions, or a server that goes down. */
export const killSessions: Kill = async (_run, { database }) => {
  const working = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'
    and application_name like 'sluice 0%'`;
  return (await rowsIn(database, working)).length > 0;
};

/** Once, from a random moment on as soon as there is something to kill. False: the run was over before. */
export async function killOnce(kill: () => Promise<boolean>, isOver: () => Promise<boolean>, tookMs: number) {
  await delay(Math.random() * 0.8 * tookMs);
  while (!(await isOver())) {
    if (await kill()) return true;
    await delay(10);
  }
  return false;
}

/** What a try before this one has left: nobody waits for it, and it would be in the way of what is measured. */
export async function endLeftRuns(ctx: Context): Promise<void> {
  const left = await db().run.findMany({ where: { state: { in: ["queued", "running", "cancelling"] } } });
  for (const { id } of left) await cancelRun(ctx, id);
  for (const { id } of left) await waitForRun(ctx, id, longestMs / 1_000);
}

/** Pipelines that do the same over one source, each into tables of its own. A worker runs already. */
class Runs {
  private constructor(
    private readonly ctx: Context,
    private readonly teamId: string,
    readonly warehouse: BuiltWarehouse,
  ) {}

  static async make(ctx: Context, teamId: string): Promise<Runs> {
    const sql = "create table learners (id int primary key, course int, points int, changed int)";
    return new Runs(ctx, teamId, await buildMart(teamId, { sql }));
  }

  async pipeline(name: string): Promise<string> {
    const place = { teamId: this.teamId, warehouses: [this.warehouse.id] };
    return (await buildPipeline(this.ctx, { stages: stagesFor(this.warehouse.name, name) }, place)).name;
  }

  /** New and changed rows, and none that go: what is merged never takes rows away. */
  change(round: number): Promise<void> {
    return asSuperuser(
      `insert into learners select n, n % 7, n % 100, ${round} from generate_series(${round * 500 + 1}, ${round * 500 + 3_000}) n
       on conflict (id) do update set points = learners.points + 17, changed = ${round}`,
      this.warehouse.database,
    );
  }

  /** Of an interval of its own: `append` adds to what earlier intervals have added, and replaces what its own has. */
  start = async (pipeline: string, round: number): Promise<string> => {
    const day = (after: number) => new Date(Date.UTC(2026, 0, 1 + after)).toISOString();
    return (await startRun(this.ctx, pipeline, { from: day(round), to: day(round + 1) })).id;
  };

  isOver = async (run: string): Promise<boolean> => {
    const { state } = await getRun(this.ctx, run);
    return state !== "queued" && state !== "running";
  };

  ended = (run: string): Promise<RunView> => waitForRun(this.ctx, run, longestMs / 1_000);

  tables(name: string): Promise<unknown[][][]> {
    const ask = (text: string) => rowsIn(this.warehouse.database, text);
    return Promise.all([
      ask(`select id, course, score from mart.${name}_scored order by id`),
      ask(`select id, course, points, changed::text from mart.${name}_copied order by id`),
      ask(`select course, learners, score, points from mart.${name}_summed order by course`),
    ]);
  }

  /** Of each run the rows that it added, and of how many learners. */
  added(name: string): Promise<unknown[][]> {
    const counts = `select count(*)::int, count(distinct id)::int from mart.${name}_added group by _sluice_run order by 1`;
    return rowsIn(this.warehouse.database, counts);
  }
}

/**
 * Runs a pipeline for each victim `rounds` times over a source that changes, kills it once in each run, and compares its
 * tables with those of a pipeline that nobody disturbed; what is added to one has to be there once for each run. No stage
 * has a retry to spend.
 */
export async function compareUnderKills(
  { ctx, teamId }: { ctx: Context; teamId: string },
  victims: Record<string, Kill>,
  rounds: number,
): Promise<void> {
  await endLeftRuns(ctx);
  const names = Object.keys(victims);
  const runs = await Runs.make(ctx, teamId);
  await runs.change(0);
  const clean = await runs.pipeline("clean");
  const undisturbed = async (round: number) => {
    const view = await runs.ended(await runs.start(clean, round));
    expect(view).toMatchObject({ state: "succeeded", error: null });
    return Date.parse(view.finishedAt ?? "") - Date.parse(view.startedAt ?? "");
  };
  const disturbed: Record<string, string> = {};
  for (const name of names) disturbed[name] = await runs.pipeline(name);
  const tookMs = await undisturbed(0);
  for (let round = 1; round <= rounds; round++) {
    await runs.change(round);
    for (const [name, kill] of Object.entries(victims)) {
      let met = false;
      // A run that was over before its moment came is gone through again, with an earlier moment: the same rows result.
      for (let tries = 0; !met; tries++) {
        expect(tries, `runs in which nothing met: ${name}`).toBeLessThan(mostMisses);
        const id = await runs.start(disturbed[name] ?? "", round);
        met = await killOnce(
          () => kill(id, runs.warehouse),
          () => runs.isOver(id),
          tookMs / 2 ** tries,
        );
        const view = await runs.ended(id);
        expect(view, name).toMatchObject({ state: "succeeded", error: null });
        const spent = view.stages.flatMap(({ attempts }) =>
          attempts.filter(
            ({ state, error }) => state !== "lost" && state !== "succeeded" && error?.cause !== "platform",
          ),
        );
        expect(spent, name).toEqual([]);
      }
    }
  }
  await undisturbed(rounds);
  const expected = await runs.tables("clean");
  const learnersIn = (round: number) => 3_000 + round * 500;
  const all = learnersIn(rounds);
  expect(expected.map((rows) => rows.length)).toEqual([all, all, 7]);
  const added = Array.from({ length: rounds }, (_, before) => learnersIn(before + 1));
  for (const name of names) {
    expect(await runs.tables(name), name).toEqual(expected);
    expect(await runs.added(name), name).toEqual(added.map((learners) => [learners, learners]));
  }
}
