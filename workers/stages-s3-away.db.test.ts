import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { waitForRun } from "@/lib/runs/data";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { startProxy, type Wire } from "@/lib/testing/proxy";
import { type S3Server, s3Server } from "@/lib/testing/s3";
import { addShellOperator, gate, shell } from "@/lib/testing/shell-operator";
import { attempt, begin, make, printed, read, waitingWords, whole } from "./testing/through-the-store";

/** The wire to an S3 server is cut in the middle of a run, under a real worker, and mended. */

/** How long it is cut in the middle of an upload: for a minute in `npm run test:faults`. */
const awaySeconds = Number(process.env.STORE_AWAY_SECONDS ?? 3);
let ana: Context;
let server: S3Server | null = null;
let wire: Wire;
const missing = "python3 with venv and PyPI are needed for moto_server";

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  server = await s3Server();
  if (!server) return;
  await server.start();
  const { hostname: host, port } = new URL(server.endpoint);
  wire = await startProxy({ host, port: Number(port) });
  const endpoint = `http://127.0.0.1:${wire.port}`;
  Object.assign(process.env, { STORE_URL: `s3://${server.bucket}/results`, S3_ENDPOINT: endpoint });
  ana = await buildPerson();
  await startWorker();
}, 600_000);
afterEach(() => wire?.heal());
afterAll(async () => {
  killWorkers();
  await closeGate();
  await wire?.close();
  server?.kill();
});

/** What lies in the store of the first stage of a run. */
async function stored(run: string): Promise<{ name: string; bytes: number }[]> {
  const of = `/artifacts/${(await attempt(ana, run))?.id}/`;
  const objects = Object.entries((await server?.objects()) ?? {});
  return objects.filter(([key]) => key.includes(of)).map(([key, bytes]) => ({ name: path.basename(key), bytes }));
}

/** What the worker has of the store's objects. */
const forgetCopies = () =>
  rmSync(path.join(process.env.SLUICE_HOME ?? "", "cache", "objects"), { recursive: true, force: true });

const rows = 70_000;
const header = "word\n";
const word = (first: string | number) => `${first}.${"x".repeat(97)}`;
const names = [1, 2, 3];
const files = names.map((n) => ({ name: `${n}.csv`, bytes: header.length + rows * 100 }));
const digest = (n: number) =>
  createHash("sha256")
    .update(header + `${word(n)}\n`.repeat(rows))
    .digest("hex");

it(
  `keeps what a stage wrote until it is back, ${awaySeconds} s later, says so, and stores and spends nothing twice`,
  async (context) => {
    if (!server) return context.skip(missing);
    const { open, waits } = gate();
    const write = `{ printf '${header}'; yes ${word("$n")} | head -n ${rows}; } > $SLUICE_OUT/rows/$n.csv`;
    const { id } = await begin(
      ana,
      shell("make", `for n in ${names.join(" ")}; do ${write}; done; echo made; ${waits}`, {
        outputs: { rows: "csv" },
      }),
      shell("read", "for file in $SLUICE_IN/rows/*.csv; do sha256sum < $file; done", { inputs: { rows: "make.rows" } }),
    );
    await expect.poll(async () => (await attempt(ana, id))?.logLines).toBe(1);
    // In the second file of three.
    wire.cutAfter(rows * 150);
    open();
    await expect.poll(async () => (await attempt(ana, id))?.waitingFor, { timeout: 60_000 }).toBe(waitingWords);
    expect((await stored(id)).length).toBeLessThan(names.length);
    await delay(awaySeconds * 1_000);
    expect(await attempt(ana, id)).toMatchObject({ number: 1, state: "running", waitingFor: waitingWords });
    wire.heal();
    const view = await waitForRun(ana, id, 90);
    expect(view).toMatchObject({ state: "succeeded", error: null });
    expect(view.stages.map(({ attempts }) => attempts.length)).toEqual([1, 1]);
    expect(view.stages[0]?.artifacts).toMatchObject([{ rows: names.length * rows, files }]);
    // No second copy lies there, and what the next stage was given is what was written.
    expect(await stored(id)).toEqual(files);
    expect(await printed(ana, id)).toEqual(names.map((n) => `${digest(n)}  -`));
  },
  240_000 + awaySeconds * 1_000,
);

const held = async () => {
  const { open, waits } = gate();
  const hold = shell("hold", `echo x; ${waits}`, { after: ["make"] });
  const { id } = await begin(ana, make("true"), hold, read({ after: ["hold"] }));
  await expect.poll(async () => (await attempt(ana, id, 1))?.logLines).toBe(1);
  forgetCopies();
  return { id, open };
};

it("is waited for by a stage that needs what lies there, and does not count as gone", async (context) => {
  if (!server) return context.skip(missing);
  const { id, open } = await held();
  wire.cut();
  open();
  await expect.poll(async () => (await attempt(ana, id, 2))?.waitingFor).toBe(waitingWords);
  wire.heal();
  const view = await waitForRun(ana, id, 40);
  expect(view.stages[2]).toMatchObject({ state: "succeeded", attempts: [{ number: 1 }] });
  expect(await printed(ana, id)).toEqual(whole);
}, 90_000);

it("is not waited for where it answers that nothing lies there", async (context) => {
  if (!server) return context.skip(missing);
  const { id, open } = await held();
  // Killed, it forgets.
  server.kill();
  await server.start();
  open();
  const view = await waitForRun(ana, id, 40);
  expect(view.stages[2]).toMatchObject({ state: "failed", attempts: [{ number: 1 }] });
  expect(view.stages[2]?.attempts[0]?.error).toMatchObject({
    cause: "input",
    message: "The output rows of make is not kept any more.",
    hint: "Run make again.",
  });
}, 90_000);
