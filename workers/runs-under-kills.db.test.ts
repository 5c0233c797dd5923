import { spawnSync } from "node:child_process";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killPrograms } from "@/lib/testing/kill-programs";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { compareUnderKills, killSessions, killWorker, longestMs } from "./testing/disturbed-runs";

/**
 * Whole runs by a worker of its own, with something killed in each at a random moment: their tables end as those of a
 * pipeline that nobody disturbed. `npm run test:faults` goes round 50 times for each.
 */

const rounds = Number(process.env.KILL_ROUNDS ?? 2);
const there = spawnSync("python3", ["--version"]).status === 0;
if (!there) process.stderr.write("The tests of whole runs under kills are left out: there is no python3.\n");

const victims = {
  program: async (run: string) => (await killPrograms(run)).length > 0,
  worker: killWorker,
  session: killSessions,
};

let ctx: Context;
let teamId: string;

describe.skipIf(!there)("whole runs (need python3)", () => {
  beforeAll(async () => {
    await testDatabase();
    teamId = (await buildTeam()).id;
    ctx = await buildPerson({ teamIds: [teamId] });
  });
  beforeEach(async () => void (await startWorker()));
  afterEach(killWorkers);
  afterAll(async () => {
    await closeGate();
  });

  it(
    `leave the tables of undisturbed ones when something is killed in each, ${rounds} times`,
    () => compareUnderKills({ ctx, teamId }, victims, rounds),
    180_000 + rounds * 3 * longestMs,
  );
});
