import { expect, it } from "vitest";
import { type Answer, type Script, scriptedEngine } from "@/lib/testing/scripted-engine";

/** A container that its engine says runs, and has nothing of: who waits for it would wait to its time limit. */

const no = { refused: 404 };
const unknown = { refused: 500 };
const times = (count: number, answer: Answer): Answer[] => Array.from({ length: count }, () => answer);
/** The engine does not say by itself that anything ends. */
const quiet: Script = { wait: ["silent"] };
/** As Docker 20.10 does. */
const forgets: Script = { ...quiet, stats: ["nothing"], top: [no] };
const open = (script: Script) => scriptedEngine(script, { lookMs: 10, removeMs: 2_000 });
const gone = { code: null, platform: expect.stringContaining("The container was lost") };

it("ends as the platform's, and is put away, where the engine was away and knows nothing of it any more", async () => {
  const { runtime, asked } = await open({ ...forgets, json: ["created", "running", "away", "running"] });
  await runtime.start("box");
  expect(await runtime.wait("box")).toEqual(expect.objectContaining(gone));
  expect(asked.remove).toBe(1);
  // Not at the first word.
  expect(asked.top).toBeGreaterThan(10);
});

it("ends so too where another worker has started it, since that may have seen the engine go", async () => {
  const { runtime } = await open({ ...forgets, stats: [unknown], json: ["running"] });
  expect(await runtime.wait("box")).toMatchObject(gone);
});

it("ends so also where the engine does not come to the end of its removal", async () => {
  const { runtime } = await open({ ...forgets, json: ["running"], remove: ["silent"] });
  expect(await runtime.wait("box")).toMatchObject(gone);
});

it.each<[string, Script]>([
  ["never answers", { remove: ["silent"] }],
  ["is always about to do it", { remove: [{ refused: 409 }] }],
])("is not waited for without end by who removes it, where the engine %s", async (_, script) => {
  const { runtime } = await scriptedEngine(script, { lookMs: 10, removeMs: 100 });
  await expect(runtime.remove("box")).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("does not come to the end of it"),
  });
});

it.each<[string, Script]>([
  ["processes cannot be listed, as where the engine's machine has no ps", { top: [unknown] }],
  ["use of memory is refused", { stats: [unknown] }],
  ["use of memory is not counted", { stats: ["nothing"] }],
  ["engine cannot reach it now", { stats: ["nothing"], top: [{ refused: 503 }] }],
  ["engine answers neither", { stats: ["away"], top: ["away"] }],
  ["program is missed now and then", { stats: [no], top: [...times(11, no), "fine", ...times(11, no), "fine"] }],
])("is waited for after an absence where its %s", async (_, script) => {
  const json: Answer[] = ["created", "running", "away", ...times(25, "running"), 3];
  const { runtime, asked } = await open({ ...quiet, ...script, json });
  await runtime.start("box");
  expect(await runtime.wait("box")).toMatchObject({ code: 3, platform: null });
  expect(asked.remove).toBe(0);
});

it("is waited for while it is paused", async () => {
  const json: Answer[] = ["created", "running", "away", ...times(25, "paused"), 3];
  const { runtime } = await open({ ...forgets, json });
  await runtime.start("box");
  expect(await runtime.wait("box")).toMatchObject({ code: 3, platform: null });
});

it("is not doubted while the engine was there all the time", async () => {
  const { runtime, asked } = await open({ ...forgets, json: ["created", ...times(25, "running"), 3] });
  await runtime.start("box");
  expect(await runtime.wait("box")).toMatchObject({ code: 3, platform: null });
  expect(asked.top).toBe(0);
});
