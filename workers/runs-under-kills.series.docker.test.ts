import Docker from "dockerode";
import { afterAll, afterEach, beforeAll, beforeEach, describe, inject, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { localBases, makeLocalBases } from "../scripts/base-images.mjs";
import { buildImage } from "../scripts/images.mjs";
import { compareUnderKills, type Kill, killSessions, killWorker, longestMs } from "./testing/disturbed-runs";

/** The same as runs-under-kills.db.test.ts with each stage in a container. */

const engine = inject("containerEngine");
const rounds = Number(process.env.KILL_ROUNDS ?? 10);
let ctx: Context;
let teamId: string;

const killContainer: Kill = async (run) => {
  const docker = engine?.address ? new Docker({ socketPath: new URL(engine.address).pathname }) : new Docker();
  const [found] = await docker.listContainers({ filters: { label: [`sluice.run=${run}`], status: ["running"] } });
  if (!found) return false;
  // It may have ended since.
  return docker
    .getContainer(found.Id)
    .kill()
    .then(() => true)
    .catch(() => false);
};

/** Builds what is missing, which takes minutes. */
describe.skipIf(engine === null)("whole runs in containers (need a container engine)", () => {
  beforeAll(async () => {
    if (engine?.address) process.env.DOCKER_HOST = engine.address;
    process.env.STAGE_RUNTIME = "docker";
    makeLocalBases();
    // An engine of the tests' own has no network of its own.
    for (const id of ["sql", "python"]) buildImage(id, localBases, undefined, "host");
    await testDatabase();
    teamId = (await buildTeam()).id;
    ctx = await buildPerson({ teamIds: [teamId] });
  }, 1_200_000);
  beforeEach(async () => void (await startWorker()));
  afterEach(killWorkers);
  afterAll(closeGate);

  it(
    `leave the tables of undisturbed ones when something is killed in each, ${rounds} times`,
    () =>
      compareUnderKills(
        { ctx, teamId },
        { container: killContainer, worker: killWorker, session: killSessions },
        rounds,
      ),
    240_000 + rounds * 3 * longestMs,
  );
});
