import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { isAlive } from "@/lib/platform/processes";
import { goThrough, runtimeContract, type Subject, shell, specOf, textsOf } from "../contract";
import { read } from "./files";
import { membersOf } from "./processes";
import { folderOf, processRuntime } from "./runtime";

const home = mkdtempSync(path.join(tmpdir(), "sluice-process-"));
const sluiceHome = path.join(home, "sluice");
const open = (logBytes?: number) =>
  processRuntime({ home: sluiceHome, path: process.env.PATH ?? "", ...(logBytes ? { logBytes } : {}) });

const subject: Subject = {
  ...{ open, image: null, home: path.join(home, "stages-of-tests") },
  ...{ longLineBytes: 1024 ** 3, lines: 1_000_000, atOnce: 20 },
  async kill(handle) {
    const running = read(await folderOf(sluiceHome, handle), "running");
    if (!running) throw new Error("it has not begun");
    process.kill(running.pid, "SIGKILL");
  },
};

/** Of the only stage with these labels. */
async function handleOf(attempt: string): Promise<string> {
  const [found] = (await open().list()).filter(({ labels }) => labels.attempt === attempt);
  return found?.handle ?? "";
}

async function startedByOneWhoDies(script: string) {
  const spec = specOf(subject, shell(script));
  const program = path.join(process.cwd(), "lib", "testing", "start-stage.ts");
  const given = JSON.stringify({ spec, home: sluiceHome });
  const worker = await promisify(execFile)(process.execPath, ["--import", "tsx", program, given]).catch(
    (error) => error,
  );
  expect(worker.signal).toBe("SIGKILL");
  return { handle: await handleOf(spec.labels.attempt), spec };
}

describe("processes", () => {
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  runtimeContract("the contract of runtimes", () => subject);

  it("outlive the worker that started them, and are found again", async () => {
    const { handle, spec } = await startedByOneWhoDies(
      'echo begun; echo x >> "$SLUICE_OUT/times"; sleep 2; echo done; exit 5',
    );
    expect(await open().reattach(handle)).toBe("running");
    await open().start(handle);
    const lines: string[] = [];
    await open().follow(handle, null, async (more) => void lines.push(...textsOf(more)));
    expect(await open().wait(handle)).toMatchObject({ code: 5, platform: null });
    expect(lines).toEqual(["begun", "done"]);
    expect(readFileSync(path.join(spec.folders.out, "times"), "utf8")).toBe("x\n");
    await open().remove(handle);
  });

  it("that have more processes than they may are ended by us, and by nobody from outside", async () => {
    const limits = { cpu: 1, memoryBytes: 256 * 1024 ** 2, pids: 5, seconds: 120 };
    const { exit, lines } = await goThrough(subject, shell("for i in $(seq 1 30); do sleep 100 & done; wait"), {
      limits,
    });
    expect(exit).toMatchObject({ signal: "SIGKILL", outOfMemory: false, platform: null });
    expect(textsOf(lines, "platform").join()).toMatch(/its limit is 5/);
  });

  it("end with the process that watches over them, which is no fault of theirs", async () => {
    const { handle } = await startedByOneWhoDies("echo begun; sleep 100");
    const folder = await folderOf(sluiceHome, handle);
    const running = read(folder, "running");
    const keeper = read(folder, "claim");
    if (!running || !keeper) throw new Error("it has not begun");
    process.kill(keeper.pid, "SIGKILL");
    expect(await open().wait(handle)).toMatchObject({
      code: null,
      platform: expect.stringMatching(/ended from outside/),
    });
    expect(isAlive(running)).toBe(false);
    const lines: string[] = [];
    await open().follow(handle, null, async (more) => void lines.push(...textsOf(more)));
    expect(lines).toEqual(["begun"]);
    await open().remove(handle);
  });

  it("take what a keeper leaves when it has nothing to watch over", async () => {
    const { handle } = await startedByOneWhoDies("exit 0");
    expect(await open().wait(handle)).toMatchObject({ code: 0 });
    const keeper = read(await folderOf(sluiceHome, handle), "claim");
    if (!keeper) throw new Error("it has not begun");
    await expect.poll(() => isAlive(keeper)).toBe(false);
    await open().remove(handle);
  });

  it("have another keeper when nothing was started for a while, and lose none by that", async () => {
    const runtime = processRuntime({ home: sluiceHome, path: process.env.PATH ?? "", keeperMs: 50 });
    const begin = async (script: string) => {
      const handle = await runtime.create(specOf(subject, shell(script)));
      await runtime.start(handle);
      const keeper = read(await folderOf(sluiceHome, handle), "claim");
      if (!keeper) throw new Error("it has not begun");
      return { handle, keeper };
    };
    const first = await begin("exit 3");
    expect(await runtime.wait(first.handle)).toMatchObject({ code: 3, platform: null });
    await expect.poll(() => isAlive(first.keeper)).toBe(false);
    const long = await begin('until [ -e "$SLUICE_IN/go" ]; do sleep 0.05; done; exit 4');
    expect(long.keeper).not.toEqual(first.keeper);
    // Let go of, it stays with its program, and another one starts the next.
    let other = long;
    for (const until = Date.now() + 20_000; other.keeper.pid === long.keeper.pid && Date.now() < until; ) {
      await new Promise((go) => setTimeout(go, 100));
      other = await begin("exit 5");
      expect(await runtime.wait(other.handle)).toMatchObject({ code: 5, platform: null });
    }
    expect(other.keeper).not.toEqual(long.keeper);
    expect(isAlive(long.keeper)).toBe(true);
    const plan = read(await folderOf(sluiceHome, long.handle), "plan");
    writeFileSync(path.join(plan?.env.SLUICE_IN ?? "", "go"), "");
    expect(await runtime.wait(long.handle)).toMatchObject({ code: 4, platform: null });
    for (const { handle } of [first, long, other]) await runtime.remove(handle);
  });

  it("are ended also where they have left their session", async () => {
    const spec = specOf(
      subject,
      shell("perl -e 'use POSIX; fork and exit; POSIX::setsid(); sleep 100' ; echo up; sleep 100"),
    );
    const handle = await open().create(spec);
    const runtime = open();
    await runtime.start(handle);
    const seen = new AbortController();
    await runtime.follow(handle, null, async () => seen.abort(), seen.signal);
    expect((await membersOf(null, handle)).length).toBeGreaterThan(1);
    await runtime.stop(handle, 0);
    expect(await membersOf(null, handle)).toEqual([]);
    await runtime.remove(handle);
  });
});
