import type { ChildProcess } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { previewArtifact } from "@/lib/artifacts/preview-artifact";
import { waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";
import { addShellOperator, shell } from "@/lib/testing/shell-operator";

/** An output larger than what the worker's memory may grow by; ARTIFACT_TEST_BYTES makes it another size. */

const bytes = Number(process.env.ARTIFACT_TEST_BYTES ?? 200_000_000);
const rowBytes = 1_000;
const mostGrowth = 96 * 1024 ** 2;
let ana: Context;
let worker: ChildProcess;

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  ana = await buildPerson();
  worker = await startWorker();
});
afterAll(async () => {
  killWorkers();
  await closeGate();
  // Gigabytes, if it was asked for.
  rmSync(path.join(process.env.SLUICE_HOME ?? "", "store"), { recursive: true, force: true });
});

/** The most that the worker has had since it began. */
function peak(): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${worker.pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

/** make writes CSV of this size, same is handed it as it is, table as Parquet. */
async function run(size: number) {
  const line = `$(head -c ${rowBytes - 1} /dev/zero | tr '\\0' x)`;
  const make = `{ echo word; yes "${line}" | head -c ${size}; } > $SLUICE_OUT/rows/all.csv`;
  const { name } = await buildPipeline(ana, {
    stages: [
      shell("make", make, { outputs: { rows: "csv" } }),
      shell("same", "stat -Lc %s $SLUICE_IN/rows/all.csv", { inputs: { rows: "make.rows" } }),
      shell("table", "head -c 4 $SLUICE_IN/rows/rows.parquet; grep -o '\"rows\":[0-9][0-9]*' $SLUICE_IN/context.json", {
        ...{ inputs: { rows: { from: "make.rows", format: "parquet" } }, after: ["same"] },
      }),
    ],
  });
  const view = await waitForRun(ana, (await startRun(ana, name, {})).id, 3_000);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  const printed = [];
  for await (const { text } of await readLog(ana, view.id, {})) printed.push(text);
  return { view, printed };
}

it(`an output of ${bytes.toLocaleString("en")} bytes is handed on, converted and looked into, and the worker's memory stays`, async () => {
  await run(1_000_000);
  const before = peak();
  const { view, printed } = await run(bytes);
  const rows = bytes / rowBytes;
  expect(view.stages[0]?.artifacts).toMatchObject([{ rows, bytes: bytes + 5 }]);
  expect(printed).toEqual([String(bytes + 5), `PAR1"rows":${rows}`]);
  const place = { id: view.id, stage: "make", output: "rows" };
  const shown = await previewArtifact(ana, place, 1, new AbortController().signal);
  expect(shown).toMatchObject({ rows: [[expect.stringMatching(/^x+/)]], rowCount: rows, truncated: true });
  expect(peak() - before).toBeLessThan(mostGrowth);
}, 3_600_000);
