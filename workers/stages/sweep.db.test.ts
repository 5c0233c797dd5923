import { existsSync } from "node:fs";
import { mkdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { installationId, runtimeNamed } from "@/lib/runtimes/registry";
import { testDatabase } from "@/lib/testing/database";
import { buildUser, contextFor } from "@/lib/testing/factories";
import { buildFailedRun } from "@/lib/testing/runs";
import { attemptsFolder, foldersOf, makeFolders } from "./folders";
import { sweepStages } from "./sweep";

let run: string;
let user: string;
beforeAll(async () => {
  await testDatabase();
  user = (await buildUser()).id;
  run = (await buildFailedRun(await contextFor(user))).run;
});

let number = 0;
/** With a folder that holds a secret. */
async function attempt(state: "running" | "failed" | null, endedMs = 0): Promise<string> {
  const id = newId();
  if (state)
    await db().attempt.create({
      data: {
        ...{ id, runId: run, stage: "a", number: ++number, state, lane: 2, userId: user },
        finishedAt: state === "failed" ? new Date(Date.now() - endedMs) : null,
      },
    });
  const folders = await makeFolders(id, []);
  await writeFile(path.join(folders.secrets, "crm"), "correct-horse-9", { mode: 0o400 });
  return id;
}

async function program(attempt: string) {
  const runtime = await runtimeNamed("process");
  const handle = await runtime.create({
    labels: { installation: installationId(), run, stage: "a", attempt },
    ...{
      image: null,
      command: ["node", "-e", "setTimeout(() => {}, 600000)"],
      program: process.cwd(),
      packages: null,
      env: {},
    },
    ...{
      folders: foldersOf(attempt),
      network: "none",
      limits: { cpu: 1, memoryBytes: 2 ** 28, pids: 50, seconds: 900 },
    },
  });
  await runtime.start(handle);
  return { runtime, handle };
}

const has = (id: string) => existsSync(foldersOf(id).secrets);
const old = (id: string) => {
  const then = new Date(Date.now() - 24 * 3_600_000);
  return utimes(path.join(attemptsFolder(), id), then, then);
};

describe("sweeping", () => {
  it("takes the program, the files and the secrets of an attempt that has ended and whose worker died", async () => {
    const [left, running] = [await attempt("failed", 600_000), await attempt("running")];
    const [lost, live] = [await program(left), await program(running)];
    expect(await lost.runtime.reattach(lost.handle)).toBe("running");
    expect(await sweepStages()).toEqual({ programs: 1, folders: 1 });
    expect(await lost.runtime.reattach(lost.handle)).toBe("gone");
    expect(await live.runtime.reattach(live.handle)).toBe("running");
    expect([has(left), has(running)]).toEqual([false, true]);
    await live.runtime.remove(live.handle);
  });

  it("leaves alone what its worker is about to put away", async () => {
    const id = await attempt("failed", 1_000);
    expect(await sweepStages()).toEqual({ programs: 0, folders: 0 });
    expect(has(id)).toBe(true);
  });

  it("takes what no row says anything of only after a while", async () => {
    const [young, aged] = [await attempt(null), await attempt(null)];
    await old(aged);
    const { runtime, handle } = await program(young);
    expect(await sweepStages()).toEqual({ programs: 0, folders: 1 });
    expect([has(young), has(aged)]).toEqual([true, false]);
    // The next round but an hour later.
    expect(await sweepStages(Date.now() + 3_700_000)).toMatchObject({ programs: 1 });
    expect(await runtime.reattach(handle)).toBe("gone");
  });

  it("takes tables that were being converted when their worker died", async () => {
    const [table, now] = [`t-${newId()}`, `t-${newId()}`];
    for (const name of [table, now]) await mkdir(path.join(attemptsFolder(), name), { recursive: true });
    await old(table);
    expect(await sweepStages()).toMatchObject({ folders: 1 });
    expect([table, now].map((name) => existsSync(path.join(attemptsFolder(), name)))).toEqual([false, true]);
  });
});
