import { existsSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { dockerRuntime } from "@/lib/runtimes/docker/runtime";
import { installationId, runtimeNamed } from "@/lib/runtimes/registry";
import { maxLogBytes, type Runtime } from "@/lib/runtimes/runtime";
import { testDatabase } from "@/lib/testing/database";
import { buildUser, contextFor } from "@/lib/testing/factories";
import { buildFailedRun } from "@/lib/testing/runs";
import { homeOf, makeFolders, removeFolders } from "./folders";
import { sweepStages } from "./sweep";

const engine = inject("containerEngine");
const left: (() => Promise<void>)[] = [];
let user: string;
let run: string;

/** A container that would go on for long, of an attempt whose worker is not there any more. */
async function container(runtime: Runtime, installation: string, attempt: string): Promise<string> {
  const handle = await runtime.create({
    labels: { installation, run, stage: "a", attempt },
    ...{ image: engine?.image ?? "", command: ["sleep", "600"], program: null, packages: null, env: {} },
    ...{ folders: await makeFolders(attempt, []), network: "none" },
    limits: { cpu: 1, memoryBytes: 2 ** 27, pids: 10, seconds: 600 },
  });
  left.push(async () => {
    await runtime.remove(handle);
    await removeFolders(attempt);
  });
  await runtime.start(handle);
  return handle;
}

async function attempt(number: number, state: "running" | "failed", endedMs = 0): Promise<string> {
  const finishedAt = state === "failed" ? new Date(Date.now() - endedMs) : null;
  const { id } = await db().attempt.create({
    data: { ...{ id: newId(), runId: run, stage: "a", number, state, lane: 2, userId: user }, finishedAt },
  });
  return id;
}

describe.skipIf(engine === null)("sweeping containers (needs a container engine)", () => {
  beforeAll(async () => {
    if (engine?.address) process.env.DOCKER_HOST = engine.address;
    await testDatabase();
    user = (await buildUser()).id;
  });
  afterEach(async () => {
    for (const remove of left.splice(0)) await remove().catch(() => undefined);
  });

  it("takes those of attempts that have ended and whose worker died, and of this installation alone", async () => {
    ({ run } = await buildFailedRun(await contextFor(user)));
    const ours = await runtimeNamed("docker");
    const other = `other-${newId()}`;
    const settings = { network: null, accounts: null, user: { uid: 65_532, gid: 65_532 }, paths: [], ca: null };
    const theirs = dockerRuntime({ installation: other, ...settings, logBytes: maxLogBytes });
    const [ended, justEnded, running] = [
      await attempt(1, "failed", 600_000),
      await attempt(2, "failed"),
      await attempt(3, "running"),
    ];
    const orphan = await container(ours, installationId(), ended);
    const kept = [
      await container(ours, installationId(), justEnded),
      await container(ours, installationId(), running),
      // As long as nobody knows of it, it may be of a database that is put back from a copy.
      await container(ours, installationId(), newId()),
    ];
    // Another's on the same engine, and even its attempt has the same id.
    const foreign = await container(theirs, other, ended);
    expect(await ours.reattach(orphan)).toBe("running");

    expect(await sweepStages()).toEqual({ programs: 1, folders: 1 });
    expect(await ours.reattach(orphan)).toBe("gone");
    expect(existsSync(homeOf(ended))).toBe(false);
    for (const handle of kept) expect(await ours.reattach(handle)).toBe("running");
    expect(await theirs.reattach(foreign)).toBe("running");
    expect([existsSync(homeOf(justEnded)), existsSync(homeOf(running))]).toEqual([true, true]);
    // The next round finds nothing more.
    expect(await sweepStages()).toEqual({ programs: 0, folders: 0 });
  });
});
