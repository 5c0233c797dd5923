import { expect, it } from "vitest";
import type { Stage } from "@/lib/pipelines/schema";
import { askedFor, leftOut } from "./dry-stages";

//  get -> change -> send -> after
//     \-> check           (order alone)
const stages: Stage[] = [
  { id: "get", operator: "get@1", outputs: { rows: "csv" } },
  { id: "change", operator: "change@1", inputs: { in: "get.rows" }, outputs: { rows: "csv" } },
  { id: "check", operator: "change@1", after: ["get"] },
  { id: "send", operator: "send@1", inputs: { in: "change.rows" } },
  { id: "after", operator: "change@1", after: ["send"] },
];
const manifests = (outside: string) => (stage: Stage) => ({
  title: stage.operator,
  connections: [],
  network: stage.operator === outside ? ("egress" as const) : ("none" as const),
});

it("asks for a stage and what it needs", () => {
  expect([...askedFor({ stages }, "change")].sort()).toEqual(["change", "get"]);
  expect(askedFor({ stages }, null).size).toBe(5);
});

it("leaves out what may reach outside, and not what only comes after it", () => {
  expect(leftOut({ stages }, manifests("send@1"))).toEqual(
    new Map([["send", "Left out of a try: “send@1” may write, or reach what is outside."]]),
  );
});

it("leaves out what needs the outputs of what is left out, and says of which", () => {
  expect(leftOut({ stages }, manifests("get@1"))).toEqual(
    new Map([
      ["get", "Left out of a try: “get@1” may write, or reach what is outside."],
      ["change", "Left out of a try: it needs the output of get, which is left out."],
      ["send", "Left out of a try: it needs the output of change, which is left out."],
    ]),
  );
});
