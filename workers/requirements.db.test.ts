import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { startOf } from "@/lib/platform/processes";
import { getRun, waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import type { LogLine } from "@/lib/runs/schema";
import { startRun } from "@/lib/runs/start-run";
import { packagesFor, sweepPackages } from "@/lib/runtimes/packages";
import { RequirementsError } from "@/lib/runtimes/pip";
import { processRuntime } from "@/lib/runtimes/process/runtime";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { packageIndex } from "@/lib/testing/package-index";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";

const there = spawnSync("python3", ["-m", "pip", "--version"]).status === 0;
if (!there) process.stderr.write("The tests of requirements are left out: there is no python3 with pip.\n");

let index: Awaited<ReturnType<typeof packageIndex>>;
let ana: Context;
const signal = new AbortController().signal;
const home = () => path.join(path.resolve(env().SLUICE_HOME), "requirements");
const runtime = () => processRuntime({ home: path.resolve(env().SLUICE_HOME), path: env().PATH });

const wanted = (requirements: string[], stop = signal, tell?: (lines: string[]) => Promise<void>) => {
  const labels = { installation: "tests", run: newId(), stage: "a", attempt: newId() };
  return packagesFor(runtime(), { image: null, command: ["python3", "main.py"], labels }, requirements, stop, tell);
};
const refusal = (requirements: string[]) =>
  wanted(requirements).then(
    () => null,
    (error: Error) => error,
  );

async function printed(id: string, stream: LogLine["stream"]): Promise<string[]> {
  const found: string[] = [];
  for await (const line of await readLog(ana, id, {})) if (line.stream === stream) found.push(line.text);
  return found;
}

/** Its only folder that has to do with these packages. */
const placeOf = (out: string) => path.dirname(path.dirname(out));

describe.skipIf(!there)("packages that a stage asks for (need python3 with pip)", () => {
  beforeAll(async () => {
    index = await packageIndex("sluice_probe", ["1.0", "1.1", "2.0"]);
    process.env.PIP_INDEX_URL = index.url;
    await testDatabase();
    ana = await buildPerson();
  });
  afterAll(async () => {
    killWorkers();
    await index.close();
    await closeGate();
  });

  it("are installed once for all stages that want them", async () => {
    const code = (n: number) => `import sluice_probe\nprint(${n}, sluice_probe.version)`;
    const stages = [1, 2].map((n) => ({
      ...{ id: `s${n}`, operator: "python@1" },
      params: { code: code(n), requirements: "# of the tests\nSluice.Probe == 1.0\n" },
    }));
    const { name } = await buildPipeline(ana, { stages });
    await startWorker({ STAGE_RUNTIME: "process" });
    const { id } = await startRun(ana, name, {});
    expect(await waitForRun(ana, id, 120)).toMatchObject({ state: "succeeded", error: null });
    expect((await printed(id, "stdout")).sort()).toEqual(["1 1.0", "2 1.0"]);
    // Of two that run at once, the second may find them there.
    const [first, ...more] = await printed(id, "platform");
    expect(first).toBe("Installing the requirements: sluice-probe==1.0");
    expect(more).toContainEqual(expect.stringMatching(/^The requirements are installed, after \d+\.\d s\.$/));
    expect(index.fetched).toEqual(["sluice_probe-1.0-py3-none-any.whl"]);
    // Another process of the machine finds them too.
    const told: string[] = [];
    await wanted(["sluice-probe==1.0"], signal, async (lines) => void told.push(...lines));
    expect(index.fetched).toHaveLength(1);
    expect(told).toEqual(["The requirements are installed already: sluice-probe==1.0"]);
  }, 240_000);

  it("fail their stage in one sentence, and for good, where there are none", async () => {
    const params = { code: "import sluice_probe", requirements: "sluice-probe==3.0" };
    const { name } = await buildPipeline(ana, { stages: [{ id: "a", operator: "python@1", params, retries: 2 }] });
    const { id } = await startRun(ana, name, {});
    expect((await waitForRun(ana, id, 120)).state).toBe("failed");
    const [attempt, ...more] = (await getRun(ana, id)).stages[0]?.attempts ?? [];
    expect(more).toEqual([]);
    expect(attempt?.error).toMatchObject({
      cause: "program",
      message: "There is no sluice-probe==3.0 for this Python.",
      hint: "There is 1.0, 1.1, 2.0. Change the version.",
    });
    // Pip's own words stand in the log.
    expect(await printed(id, "platform")).toEqual([
      "Installing the requirements: sluice-probe==3.0",
      expect.stringMatching(/^The requirements could not be installed, after \d+\.\d s\.$/),
      expect.stringMatching(/^pip: ERROR: Could not find a version .*sluice-probe==3\.0/),
      "pip: ERROR: No matching distribution found for sluice-probe==3.0",
    ]);
    expect(await refusal(["no-such-probe==1"])).toBeInstanceOf(RequirementsError);
    // Nothing of either is kept.
    for (const place of readdirSync(home())) {
      const kept = readdirSync(path.join(home(), place));
      expect(kept.length === 0 || kept.includes("ready.json")).toBe(true);
    }
  }, 240_000);

  it("are not a stage's fault where the index is away", async () => {
    const was = env().PIP_INDEX_URL;
    env().PIP_INDEX_URL = "http://127.0.0.1:9/simple";
    try {
      expect(await refusal(["sluice-probe==1.1"])).toMatchObject({
        code: "unavailable",
        message: expect.stringMatching(/cannot reach the package index .* PIP_INDEX_URL/),
      });
    } finally {
      env().PIP_INDEX_URL = was;
    }
  }, 240_000);

  it("are waited for where another process installs them, and taken over from one that died", async () => {
    const place = placeOf(await wanted(["sluice-probe==2.0"]));
    await sweepPackages(Date.now() + 31 * 24 * 3_600_000);
    expect(existsSync(place)).toBe(false);
    const before = index.fetched.length;
    mkdirSync(place);
    const claim = path.join(place, "claim.json");
    writeFileSync(claim, JSON.stringify({ pid: process.ppid, start: startOf(process.ppid) }));
    const leaving = new AbortController();
    const waits = wanted(["sluice-probe==2.0"], leaving.signal);
    leaving.abort(new Error("left"));
    await expect(waits).rejects.toThrow("left");
    expect(index.fetched).toHaveLength(before);
    // Nobody has this number any more.
    writeFileSync(claim, JSON.stringify({ pid: process.ppid, start: "long ago" }));
    expect(placeOf(await wanted(["sluice-probe==2.0"]))).toBe(place);
    expect(index.fetched).toHaveLength(before + 1);
    expect(existsSync(claim)).toBe(false);
  }, 240_000);

  it("are not waited for where a claim says nobody, as one does that a full disk cut off", async () => {
    const place = placeOf(await wanted(["sluice-probe==2.0"]));
    await sweepPackages(Date.now() + 31 * 24 * 3_600_000);
    mkdirSync(place);
    const claim = path.join(place, "claim.json");
    writeFileSync(claim, '{"pid":1');
    const old = new Date(Date.now() - 60_000);
    utimesSync(claim, old, old);
    expect(placeOf(await wanted(["sluice-probe==2.0"]))).toBe(place);
    expect(existsSync(claim)).toBe(false);
  }, 240_000);

  it("go when nothing has used them for long", async () => {
    const used = placeOf(await wanted(["sluice-probe==1.0"]));
    const unused = placeOf(await wanted(["sluice-probe==1.1"]));
    const long = new Date(Date.now() - 31 * 24 * 3_600_000);
    for (const place of [used, unused]) utimesSync(path.join(place, "ready.json"), long, long);
    await wanted(["sluice-probe==1.0"]);
    expect(await sweepPackages()).toBe(1);
    expect([existsSync(used), existsSync(unused)]).toEqual([true, false]);
  }, 240_000);
});
