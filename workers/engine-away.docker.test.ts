import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { getRun, waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { startProxy, type Wire } from "@/lib/testing/proxy";
import { buildPipeline } from "@/lib/testing/runs";
import { startStageWorker } from "./testing/stage-worker";

/** A container engine that is away for longer than free tries would last: stages wait for it, and say so. */

const engine = inject("containerEngine");
let wire: Wire;
let ana: Context;

const box = (does: string): Stage => ({
  ...{ id: "only", operator: "container@1" },
  params: { image: engine?.image ?? "", command: ["sh", "-c", does] },
});

describe.skipIf(engine === null)("a container engine that is away (needs one)", () => {
  beforeAll(async () => {
    wire = await startProxy({ path: engine?.address ? new URL(engine.address).pathname : "/var/run/docker.sock" });
    process.env.DOCKER_HOST = `tcp://127.0.0.1:${wire.port}`;
    process.env.STAGE_RUNTIME = "docker";
    await testDatabase();
    ana = await buildPerson();
    await startStageWorker();
  });
  afterAll(async () => {
    await closeGate();
    await wire?.close();
  });

  it("is waited for by a stage's next try, where it was there before", async () => {
    const { name } = await buildPipeline(ana, { stages: [box("echo done")] });
    const run = async () => (await startRun(ana, name, {})).id;
    expect(await waitForRun(ana, await run(), 100)).toMatchObject({ state: "succeeded" });
    wire.cut();
    const id = await run();
    const last = async () => (await getRun(ana, id)).stages[0]?.attempts.at(-1);
    const words = "The container engine does not answer. It goes on once it does.";
    await expect.poll(async () => (await last())?.waitingFor, { timeout: 60_000 }).toBe(words);
    wire.heal();
    const view = await waitForRun(ana, id, 100);
    expect(view).toMatchObject({ state: "succeeded", error: null });
    expect(view.stages[0]?.attempts.map(({ error }) => error?.cause)).toEqual(["platform", undefined]);
  }, 300_000);
});
