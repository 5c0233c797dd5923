import { expect, it } from "vitest";
import { type Script, scriptedEngine } from "@/lib/testing/scripted-engine";

/** An engine that goes away at the worst moment. Real ones are killed in workers/engine-killed.series.docker.test.ts. */

const engine = async (script: Script, lookMs = 5_000) =>
  (await scriptedEngine(script, { lookMs, removeMs: 5_000 })).runtime;

const theirs = { code: 255, platform: null };
const unseen = { code: 255, platform: expect.stringContaining("The engine was away when the container ended") };

it("takes 255 for the program's own where the engine was there all the time", async () => {
  const docker = await engine({ json: ["created", "running", 255] });
  await docker.start("box");
  expect(await docker.wait("box")).toMatchObject(theirs);
});

it("does not where the engine went away while the program ran", async () => {
  const docker = await engine({ json: ["created", "running", "away", 255], wait: ["away"] });
  await docker.start("box");
  expect(await docker.wait("box")).toMatchObject(unseen);
});

it("does not where the engine was back before anybody asked it anything, and what was asked before never ends", async () => {
  const docker = await engine({ json: ["created", "running", 255], wait: ["unsaid"] }, 300);
  await docker.start("box");
  expect(await docker.wait("box")).toMatchObject(unseen);
  await docker.remove("box");
});

it("does not where the engine went away at its start", async () => {
  const docker = await engine({ json: ["created", 255], start: ["away"] });
  await docker.start("box");
  expect(await docker.wait("box")).toMatchObject(unseen);
});

it("takes every other code for the program's own, also after an absence", async () => {
  const docker = await engine({ json: ["created", "away", "running", 3], wait: ["away"] });
  await docker.start("box");
  expect(await docker.wait("box")).toMatchObject({ code: 3, platform: null });
});
