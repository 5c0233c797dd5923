import Docker from "dockerode";
import { afterAll, afterEach, beforeAll, beforeEach, describe, inject, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { killEngine } from "@/lib/testing/container-engine";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { buildOperators } from "@/lib/testing/operator-images";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { compareUnderKills, type Kill, killWorker, longestMs } from "./testing/disturbed-runs";

/** The same as runs-under-kills.db.test.ts with each stage in a container. `npm run test:faults` goes round 50 times. */

const engine = inject("containerEngine");
const rounds = Number(process.env.KILL_ROUNDS ?? 5);
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

const victims: Record<string, Kill> = { container: killContainer, worker: killWorker };
const { address } = engine ?? {};
// The machine's own is others' too.
if (address) victims.engine = () => killEngine(address).then(() => true);

describe.skipIf(engine === null)("whole runs in containers (need a container engine)", () => {
  beforeAll(async () => {
    if (engine?.address) process.env.DOCKER_HOST = engine.address;
    process.env.STAGE_RUNTIME = "docker";
    buildOperators(["sql", "python"]);
    await testDatabase();
    teamId = (await buildTeam()).id;
    ctx = await buildPerson({ teamIds: [teamId] });
  }, 1_200_000);
  beforeEach(async () => void (await startWorker()));
  afterEach(killWorkers);
  afterAll(closeGate);

  it(
    `leave the tables of undisturbed ones when something is killed in each, ${rounds} times`,
    () => compareUnderKills({ ctx, teamId }, victims, rounds),
    240_000 + rounds * 3 * longestMs,
  );
});
