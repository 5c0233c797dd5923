import { beforeAll, expect, it } from "vitest";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { store } from "@/lib/platform/store/open";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { buildFailedRun } from "@/lib/testing/runs";
import { artifactKey } from "./artifacts";
import { sweepArtifacts } from "./sweep-artifacts";

let run: string;
const day = 24 * 3_600_000;

beforeAll(async () => {
  await testDatabase();
  ({ run } = await buildFailedRun(await buildPerson()));
});

async function attempt(number: number, state: "running" | "failed" | "succeeded", published?: { expired: boolean }) {
  const [id, at] = [newId(), new Date()];
  const { userId } = await db().run.findUniqueOrThrow({ where: { id: run } });
  const facts = { runId: run, stage: "a", number, state, lane: 2, userId };
  await db().attempt.create({ data: { id, ...facts, finishedAt: state === "running" ? null : at } });
  if (published) {
    const expiredAt = published.expired ? at : null;
    const made = { format: "csv", bytes: 1n, files: [{ name: "1.csv", bytes: 1, rows: 1, sha256: "" }], expiredAt };
    await db().artifact.create({ data: { attemptId: id, output: "rows", ...made } });
  }
  const key = artifactKey(id, "rows", "1.csv");
  await store().put(key, Buffer.from("n"));
  return key;
}

it("removes what failed attempts and failed removals left, a day later, and nothing that is had", async () => {
  const gone = [await attempt(1, "failed"), await attempt(2, "succeeded", { expired: true })];
  const kept = [await attempt(3, "running"), await attempt(4, "succeeded", { expired: false })];
  expect(await sweepArtifacts()).toEqual({ removed: 0 });
  expect(await sweepArtifacts(Date.now() + 2 * day)).toEqual({ removed: 2 });
  const left = [];
  for await (const { key } of store().list("artifacts")) left.push(key);
  expect(left.sort()).toEqual([...kept].sort());
  expect(left).not.toContain(gone[0]);
});
