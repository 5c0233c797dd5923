import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { getRun, waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { killEngine } from "@/lib/testing/container-engine";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";
import { endLeftRuns, killOnce, longestMs } from "./testing/disturbed-runs";

/** A container engine that is killed while it runs stages, and comes back: no try of theirs is spent. */

const rounds = Number(process.env.KILL_ROUNDS ?? 5);
const engine = inject("containerEngine");
let ana: Context;

const box = (id: string, does: string, more: Partial<Stage> = {}): Stage => ({
  ...{ id, operator: "container@1", params: { image: engine?.image ?? "", command: ["sh", "-c", does] } },
  ...more,
});

// make -> s0, s1, s2 -> join
const stages = (): Stage[] => [
  box("make", "(echo n; seq 1 1000) > /out/rows/a.csv", { outputs: { rows: "csv" } }),
  ...[0, 1, 2].map((n) =>
    box(`s${n}`, `sleep 1; cat /in/rows/a.csv > /out/rows/a.csv`, {
      ...{ inputs: { rows: "make.rows" }, outputs: { rows: "csv" } },
    }),
  ),
  box("join", "for f in /in/s*/a.csv; do while read l; do echo $l; done < $f; done", {
    inputs: { s0: "s0.rows", s1: "s1.rows", s2: "s2.rows" },
  }),
];

const isOver = async (run: string) => !["queued", "running"].includes((await getRun(ana, run)).state);

const address = engine?.address ?? "";

/** The machine's own is others' too. */
describe.skipIf(!address)("a container engine that is killed (needs dockerd, root, and no engine that runs)", () => {
  beforeAll(async () => {
    process.env.DOCKER_HOST = address;
    process.env.STAGE_RUNTIME = "docker";
    await testDatabase();
    ana = await buildPerson();
  }, 180_000);
  afterEach(killWorkers);
  afterAll(closeGate);

  it(
    `spends no retry of its stages, which come to their ends, ${rounds} times`,
    async () => {
      await startWorker();
      await endLeftRuns(ana);
      const run = async () => (await startRun(ana, (await buildPipeline(ana, { stages: stages() })).name, {})).id;
      const clean = await waitForRun(ana, await run(), longestMs / 1_000);
      expect(clean).toMatchObject({ state: "succeeded", error: null });
      const tookMs = Date.parse(clean.finishedAt ?? "") - Date.parse(clean.startedAt ?? "");
      for (let round = 0; round < rounds; round++) {
        const id = await run();
        const kill = () => killEngine(address).then(() => true);
        await killOnce(kill, () => isOver(id), tookMs);
        const view = await waitForRun(ana, id, longestMs / 1_000);
        expect(view).toMatchObject({ state: "succeeded", error: null });
        const lines: string[] = [];
        for await (const { text } of await readLog(ana, id, {
          stage: "join",
          attempt: view.stages.at(-1)?.attempts.length ?? 1,
        }))
          lines.push(text);
        const one = ["n", ...Array.from({ length: 1_000 }, (_, n) => String(n + 1))];
        expect(lines).toEqual([...one, ...one, ...one]);
      }
    },
    360_000 + rounds * 2 * longestMs,
  );
});
