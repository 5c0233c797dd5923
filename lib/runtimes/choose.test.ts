import { describe, expect, it } from "vitest";
import { type Choice, chooseRuntime } from "./choose";
import type { Runtime } from "./runtime";

const named = (name: Runtime["name"]) => ({ name }) as Runtime;
const both: Choice = {
  ...{ wanted: "auto", onLoopback: false, process: named("process"), containers: named("docker"), why: "No engine." },
};
const cluster = named("kubernetes");
const own = { container: true, process: true, peoplesCode: false };
const python = { ...own, peoplesCode: true };
const anyImage = { container: true, process: false, peoplesCode: true };

describe("where a stage runs", () => {
  it.each([
    ["an operator's own program", own, {}, "process"],
    ["the same where containers are asked for", own, { wanted: "docker" }, "docker"],
    ["the same where a cluster is asked for", own, { wanted: "kubernetes", containers: cluster }, "kubernetes"],
    ["people's code", python, {}, "docker"],
    ["people's code where there is a cluster", python, { containers: cluster }, "kubernetes"],
    ["people's code on a quickstart with an engine", python, { onLoopback: true }, "docker"],
    ["people's code on a quickstart without one", python, { onLoopback: true, containers: null }, "process"],
    [
      "people's code on a quickstart that asks for processes",
      python,
      { onLoopback: true, wanted: "process" },
      "process",
    ],
    ["any image", anyImage, {}, "docker"],
  ] as const)("%s", (_, needs, given, runtime) => {
    expect(chooseRuntime(needs, { ...both, ...given }).name).toBe(runtime);
  });

  it.each([
    ["people's code without an engine, where others reach the portal", python, { containers: null }, "No engine."],
    ["people's code as a process, where others reach the portal", python, { wanted: "process" }, "containers only"],
    ["any image without an engine", anyImage, { containers: null }, "No engine."],
    ["any image where processes are asked for", anyImage, { wanted: "process" }, "STAGE_RUNTIME is process"],
    ["no image where a cluster is asked for", { ...own, container: false }, { wanted: "kubernetes" }, "no image"],
    ["no image where containers are asked for", { ...own, container: false }, { wanted: "docker" }, "no image"],
  ] as const)("refuses %s", (_, needs, given, words) => {
    expect(() => chooseRuntime(needs, { ...both, ...given })).toThrow(words);
  });
});
