import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { store } from "@/lib/platform/store/open";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { artifactKey } from "./artifacts";
import { getRun } from "./data";
import { expireArtifacts } from "./expire-artifacts";
import { expireLogs } from "./expire-logs";
import { readLog } from "./logs";
import { retryRun } from "./retry-run";

let ana: Context;
let pipeline: string;

beforeAll(async () => {
  await testDatabase();
  ana = await buildPerson();
  // make -> use
  const stages = [
    { id: "make", operator: "noop@1" },
    { id: "use", operator: "noop@1", after: ["make"] },
  ];
  pipeline = (await buildPipeline(ana, { stages })).id;
});
beforeEach(() => pool().query("delete from runs"));

const ago = (days: number) => new Date(Date.now() - days * 24 * 3_600_000);

/** A run whose first stage published 10 bytes so many days ago, and whose second failed; or one that is under way. */
async function ran(days: number, { over = true, attempt = newId() } = {}): Promise<{ run: string; attempt: string }> {
  const run = newId();
  const at = ago(days);
  const ends = over ? { finishedAt: at, state: "failed" as const } : { state: "running" as const };
  const reused = (await db().attempt.count({ where: { id: attempt } })) > 0;
  await db().run.create({
    data: {
      ...{ id: run, pipelineId: pipeline, version: 1, trigger: "manual", userId: ana.user.id, toldAt: at, ...ends },
      ...{ intervalFrom: at, intervalTo: at, timeZone: "UTC", createdAt: at },
      stages: {
        create: [
          { stage: "make", position: 0, operator: "noop@1.0.0", state: "succeeded", attemptId: attempt },
          { stage: "use", position: 1, operator: "noop@1.0.0", state: over ? "failed" : "waiting", needs: ["make"] },
        ],
      },
    },
  });
  if (reused) return { run, attempt };
  const facts = { runId: run, stage: "make", number: 1, state: "succeeded" as const, lane: 2, userId: ana.user.id };
  await db().attempt.create({ data: { id: attempt, ...facts, finishedAt: at, logLines: 2n } });
  const text = ["one", "two"].map(
    (one) => `${JSON.stringify({ at: at.toISOString(), stream: "stdout", text: one })}\n`,
  );
  await db().logChunk.createMany({
    data: text.map((one, n) => ({ attemptId: attempt, seq: n + 1, at, lines: 1, text: one })),
  });
  const files = [{ name: "part.csv", bytes: 10, sha256: "" }];
  await db().artifact.create({
    data: { attemptId: attempt, output: "rows", format: "csv", files, bytes: 10n, createdAt: at },
  });
  await store().put(artifactKey(attempt, "rows", "part.csv"), Buffer.from("n\n1\n2\n3\n4\n"));
  return { run, attempt };
}

async function stands(attempt: string): Promise<boolean> {
  const held = await store()
    .hold([artifactKey(attempt, "rows", "part.csv")])
    .catch(() => null);
  held?.release();
  const row = await db().artifact.findFirstOrThrow({ where: { attemptId: attempt } });
  expect(row.expiredAt === null).toBe(held !== null);
  return held !== null;
}

describe("what stages published", () => {
  it("goes when its days are over, but not while a run that is under way, or younger, has it", async () => {
    const [old, young, goesOn, again] = [await ran(31), await ran(29), await ran(40), await ran(50)];
    await ran(0, { over: false, attempt: goesOn.attempt });
    await ran(2, { attempt: again.attempt });
    expect(await expireArtifacts({ days: 30 })).toEqual({ expired: 1 });
    const left = [old, young, goesOn, again].map(({ attempt }) => stands(attempt));
    expect(await Promise.all(left)).toEqual([false, true, true, true]);
    expect(await expireArtifacts({ days: 30 })).toEqual({ expired: 0 });
    const { expiredBy } = await db().artifact.findFirstOrThrow({ where: { attemptId: old.attempt } });
    expect(expiredBy).toBe("the limit of 30 days for what stages publish");
    // The run and what it counted stay.
    expect(await getRun(ana, old.run)).toMatchObject({ state: "failed" });
  });

  it("goes oldest first while all of it takes more than there is room for, and nothing of the last hour", async () => {
    const all = [await ran(3), await ran(2), await ran(1), await ran(0)];
    const left = () => Promise.all(all.map(({ attempt }) => stands(attempt)));
    expect(await expireArtifacts({ days: 30, bytes: 40 })).toEqual({ expired: 0 });
    expect(await expireArtifacts({ days: 30, bytes: 25 })).toEqual({ expired: 2 });
    expect(await left()).toEqual([false, false, true, true]);
    expect(await expireArtifacts({ days: 30, bytes: 1 })).toEqual({ expired: 1 });
    expect(await left()).toEqual([false, false, false, true]);
  });

  it("is made anew by a retry when it is gone", async () => {
    const { run } = await ran(31);
    const kept = await retryRun(ana, run, { version: "same" } as never);
    const states = async (id: string) => (await getRun(ana, id)).stages.map(({ id: stage, reused }) => [stage, reused]);
    expect(await states(kept.id)).toEqual([
      ["make", true],
      ["use", false],
    ]);
    await db().run.update({ where: { id: kept.id }, data: { state: "failed", finishedAt: ago(31) } });
    await expireArtifacts({ days: 30 });
    expect(await states((await retryRun(ana, run, { version: "same" } as never)).id)).toEqual([
      ["make", false],
      ["use", false],
    ]);
  });
});

describe("a log", () => {
  const lines = async (run: string) => {
    const found = [];
    for await (const { stream, text } of await readLog(ana, run, {})) found.push(`${stream}: ${text}`);
    return found;
  };

  it("goes when its days are over, and says so in its place", async () => {
    const [old, young] = [await ran(91), await ran(89)];
    expect(await expireLogs(90)).toEqual({ expired: 1 });
    expect(await lines(old.run)).toEqual(["platform: The log of 2 lines was removed after 90 days."]);
    expect(await lines(young.run)).toEqual(["stdout: one", "stdout: two"]);
    expect(await expireLogs(90)).toEqual({ expired: 0 });
  });
});
