import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { waitForRun } from "@/lib/runs/data";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { addShellOperator, gate } from "@/lib/testing/shell-operator";
import { newRunning } from "./registry";
import { startStageWorker } from "./testing/stage-worker";
import { attempt, begin, make, printed, read, waitingWords, whole } from "./testing/through-the-store";

/** A store that stays away for longer than a stage waits for it. */

let ana: Context;
const running = newRunning("the-test");

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  ana = await buildPerson();
  await startStageWorker({}, running);
});

it("ends the attempt in words, and the stage is tried again for free", async () => {
  const store = path.join(process.env.SLUICE_HOME ?? "", "store");
  const { open, waits } = gate();
  const { id } = await begin(ana, make(waits), read());
  await expect.poll(async () => (await attempt(ana, id))?.logLines).toBe(1);
  // A file where the folder would be: even root cannot write into that.
  rmSync(store, { recursive: true, force: true });
  writeFileSync(store, "");
  open();
  await expect.poll(async () => (await attempt(ana, id))?.waitingFor).toBe(waitingWords);
  const [own] = running.attempts;
  expect(own?.patienceMs).toBe(900_000);
  if (own) own.patienceMs = 1;
  await expect.poll(async () => (await attempt(ana, id))?.number).toBe(2);
  rmSync(store);
  mkdirSync(store);
  const view = await waitForRun(ana, id, 60);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  const [first, second, ...more] = view.stages[0]?.attempts ?? [];
  expect(first).toMatchObject({
    ...{ number: 1, state: "failed", waitingFor: null },
    error: { cause: "platform", message: "The store did not answer for 1 minute." },
  });
  expect(second).toMatchObject({ number: 2, state: "succeeded" });
  expect(more).toEqual([]);
  expect(await printed(ana, id)).toEqual(whole);
}, 120_000);
