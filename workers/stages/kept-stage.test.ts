import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { newId } from "@/lib/platform/ids";
import { startOf } from "@/lib/platform/processes";
import { read } from "@/lib/runtimes/process/files";
import { folderOf, processRuntime } from "@/lib/runtimes/process/runtime";
import { KeptStage } from "./kept-stage";

/** The clock on the wall is set while a program runs. */

const home = mkdtempSync(path.join(tmpdir(), "sluice-clock-"));
const hour = 3_600_000;
afterEach(() => void vi.useRealTimers());
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function run(script: string, seconds: number, jumpMs: number) {
  const at = (name: string) => path.join(mkdtempSync(path.join(home, "s")), name);
  const handle = await processRuntime({ home, path: process.env.PATH ?? "" }).create({
    labels: { installation: "i", run: newId(), stage: "one", attempt: newId() },
    ...{ image: null, command: ["sh", "-c", script], program: null, packages: null, env: {}, network: "none" },
    folders: { in: at("in"), out: at("out"), secrets: at("secrets"), sockets: at("s") },
    limits: { cpu: 1, memoryBytes: 2 ** 28, pids: 20, seconds },
  });
  const folder = await folderOf(home, handle);
  const stage = KeptStage.claimed(folder, { pid: process.pid, start: startOf(process.pid) ?? "" });
  await stage?.run(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + jumpMs });
  });
  return read(folder, "exit");
}

it("gives a program no more time when the clock is put back", async () => {
  expect(await run("exec sleep 60", 1, -hour)).toMatchObject({ timedOut: true, signal: "SIGTERM" });
}, 15_000);

it("takes no time away when the clock is put forward", async () => {
  expect(await run("sleep 1; exit 5", 120, hour)).toMatchObject({ timedOut: false, code: 5 });
});
