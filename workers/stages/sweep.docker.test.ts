import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Docker from "dockerode";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { dockerRuntime } from "@/lib/runtimes/docker/runtime";
import { kubernetesRuntime } from "@/lib/runtimes/kubernetes/runtime";
import { installationId, runtimeNamed } from "@/lib/runtimes/registry";
import { maxLogBytes, type Runtime } from "@/lib/runtimes/runtime";
import { testDatabase } from "@/lib/testing/database";
import { buildUser, contextFor } from "@/lib/testing/factories";
import { ScriptedCluster } from "@/lib/testing/kubernetes-api";
import { buildFailedRun } from "@/lib/testing/runs";
import { homeOf, makeFolders, removeFolders } from "./folders";
import { sweepStages } from "./sweep";

const engine = inject("containerEngine");
const left: (() => Promise<void>)[] = [];
let user: string;
let run: string;

const home = mkdtempSync(path.join(tmpdir(), "sluice-sweep-"));
const shared = { user: { uid: 65_532, gid: 65_532 }, ca: null, logBytes: maxLogBytes };
let cluster: ScriptedCluster | undefined;

/** A program that would go on for long, of an attempt whose worker is not there any more. */
async function program(runtime: Runtime, installation: string, attempt: string): Promise<string> {
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

/** Of one kind of runtime: ours, and that of another installation in the same place. */
async function sweepsIts(ours: Runtime, other: string, theirs: Runtime): Promise<void> {
  ({ run } = await buildFailedRun(await contextFor(user)));
  const [ended, justEnded, running] = [
    await attempt(1, "failed", 600_000),
    await attempt(2, "failed"),
    await attempt(3, "running"),
  ];
  const orphan = await program(ours, installationId(), ended);
  const kept = [
    await program(ours, installationId(), justEnded),
    await program(ours, installationId(), running),
    // As long as nobody knows of it, it may be of a database that is put back from a copy.
    await program(ours, installationId(), newId()),
  ];
  // Another's, and its attempt too has ended long ago.
  const foreign = await program(theirs, other, await attempt(4, "failed", 600_000));
  expect(await ours.reattach(orphan)).toBe("running");

  expect(await sweepStages()).toMatchObject({ programs: 1 });
  expect(await ours.reattach(orphan)).toBe("gone");
  expect(existsSync(homeOf(ended))).toBe(false);
  for (const handle of kept) expect(await ours.reattach(handle)).toBe("running");
  expect(await theirs.reattach(foreign)).toBe("running");
  expect([existsSync(homeOf(justEnded)), existsSync(homeOf(running))]).toEqual([true, true]);
  // The next round finds nothing more.
  expect(await sweepStages()).toEqual({ programs: 0, folders: 0 });
}

describe.skipIf(engine === null)("sweeping programs of attempts (needs a container engine)", () => {
  beforeAll(async () => {
    if (!engine) return;
    if (engine.address) process.env.DOCKER_HOST = engine.address;
    const docker = engine.address ? new Docker({ socketPath: new URL(engine.address).pathname }) : new Docker();
    cluster = new ScriptedCluster(docker, engine.image, home);
    Object.assign(process.env, { KUBECONFIG: await cluster.start(), KUBERNETES_IMAGE: engine.image });
    await testDatabase();
    user = (await buildUser()).id;
  });
  afterEach(async () => {
    for (const remove of left.splice(0)) await remove().catch(() => undefined);
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("takes containers of attempts that have ended and whose worker died, and of this installation alone", async () => {
    const other = `other-${newId()}`;
    const theirs = dockerRuntime({ installation: other, network: null, accounts: null, paths: [], ...shared });
    await sweepsIts(await runtimeNamed("docker"), other, theirs);
  });

  it("takes pods and their jobs in the same way", async () => {
    const other = `other-${newId()}`;
    const theirs = kubernetesRuntime({
      ...{ installation: other, config: null, namespace: null, image: engine?.image ?? "", pullSecrets: [] },
      ...{ relayHost: null, ...shared },
    });
    await sweepsIts(await runtimeNamed("kubernetes"), other, theirs);
  });
});
