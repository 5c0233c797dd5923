import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Docker from "dockerode";
import { afterAll, afterEach, beforeAll, beforeEach, describe, inject, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { connect } from "@/lib/runtimes/kubernetes/cluster";
import { nameOf, stageOf } from "@/lib/runtimes/kubernetes/pods";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { ScriptedCluster } from "@/lib/testing/kubernetes-api";
import { buildOperators } from "@/lib/testing/operator-images";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { compareUnderKills, type Kill, killWorker, longestMs } from "./testing/disturbed-runs";

/** The same as runs-under-kills.docker.test.ts with each stage in a pod, its tables through artifacts that the API carries. */

const engine = inject("containerEngine");
const rounds = Number(process.env.KILL_ROUNDS ?? 1);
const home = mkdtempSync(path.join(tmpdir(), "sluice-cluster-runs-"));
let cluster: ScriptedCluster | undefined;
let config = "";
let ctx: Context;
let teamId: string;

/** As by `kubectl delete pod`: its Job makes no other. */
const killPod: Kill = async (run) => {
  const { core, namespace } = connect(config, null);
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: `sluice.dev/run=${run}` });
  const pod = items.find((one) => stageOf(one)?.state?.running && !one.metadata?.deletionTimestamp);
  if (!pod) return false;
  await core.deleteNamespacedPod({ name: nameOf(pod), namespace, gracePeriodSeconds: 0 });
  return true;
};

describe.skipIf(engine === null)("whole runs in pods (need a container engine)", () => {
  beforeAll(async () => {
    if (!engine) return;
    if (engine.address) process.env.DOCKER_HOST = engine.address;
    buildOperators(["sql", "python"]);
    const docker = engine.address ? new Docker({ socketPath: new URL(engine.address).pathname }) : new Docker();
    cluster = new ScriptedCluster(docker, engine.image, home);
    config = await cluster.start();
    Object.assign(process.env, {
      ...{ KUBECONFIG: config, KUBERNETES_IMAGE: engine.image, STAGE_RUNTIME: "kubernetes" },
      RELAY_HOST: await cluster.openNetwork(),
    });
    await testDatabase();
    teamId = (await buildTeam()).id;
    ctx = await buildPerson({ teamIds: [teamId] });
  }, 1_200_000);
  beforeEach(async () => void (await startWorker()));
  afterEach(killWorkers);
  afterAll(async () => {
    await closeGate();
    await cluster?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it(
    `leave the tables of undisturbed ones when something is killed in each, ${rounds === 1 ? "once" : `${rounds} times`}`,
    () => compareUnderKills({ ctx, teamId }, { pod: killPod, worker: killWorker }, rounds),
    240_000 + rounds * 2 * longestMs,
  );
});
