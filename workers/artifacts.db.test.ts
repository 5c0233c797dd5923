import { readdir } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { env } from "@/lib/platform/env";
import { store } from "@/lib/platform/store/open";
import { waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { addShellOperator, shell } from "@/lib/testing/shell-operator";
import { attemptsFolder } from "./stages/folders";
import { startStageWorker } from "./testing/stage-worker";

let ana: Context;

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  ana = await buildPerson();
  await startStageWorker();
});

async function run(stages: Stage[]) {
  const { name } = await buildPipeline(ana, { stages });
  return waitForRun(ana, (await startRun(ana, name, {})).id, 50);
}

async function printed(id: string): Promise<string[]> {
  const found = [];
  for await (const { text } of await readLog(ana, id, {})) found.push(text);
  return found;
}

const csv = "printf 'n,word\\n1,one\\n2,\"t,wo\"\\n' > $SLUICE_OUT/rows/all.csv";

describe("an output", () => {
  it("is handed on as it is, or in the format that the next stage asks for, with rows and columns", async () => {
    const view = await run([
      shell("make", csv, { outputs: { rows: "csv" } }),
      shell("same", "cat $SLUICE_IN/rows/*.csv", { inputs: { rows: "make.rows" } }),
      shell("json", "cat $SLUICE_IN/rows/*.ndjson", {
        inputs: { rows: { from: "make.rows", format: "ndjson" } },
        after: ["same"],
      }),
      shell("table", "head -c 4 $SLUICE_IN/rows/*.parquet", {
        ...{ inputs: { rows: { from: "make.rows", format: "parquet" } }, after: ["json"] },
      }),
    ]);
    expect(view).toMatchObject({ state: "succeeded", error: null });
    expect(await printed(view.id)).toEqual([
      "n,word",
      "1,one",
      '2,"t,wo"',
      '{"n":1,"word":"one"}',
      '{"n":2,"word":"t,wo"}',
      "PAR1",
    ]);
    const [artifact] = view.stages[0]?.artifacts ?? [];
    expect(artifact).toMatchObject({ output: "rows", format: "csv", rows: 2, files: [{ name: "all.csv", bytes: 22 }] });
    expect(artifact?.columns?.map(({ name }) => name)).toEqual(["n", "word"]);
    // A run may be seen at its end before its worker has put the last folder away.
    await expect.poll(() => readdir(attemptsFolder())).toEqual([]);
  });

  it("is not there when the stage fails, however much was written", async () => {
    const view = await run([shell("make", `${csv}; exit 3`, { outputs: { rows: "csv" } })]);
    expect(view.stages[0]).toMatchObject({ state: "failed", error: { exitCode: 3 }, artifacts: [] });
    const keys = [];
    for await (const { key } of store().list(`artifacts/${view.stages[0]?.attempts[0]?.id}`)) keys.push(key);
    expect(keys).toEqual([]);
  });

  it.each([
    ["a link to elsewhere", "ln -s /etc/passwd $SLUICE_OUT/rows/a.csv", /not a plain file/],
    ["a folder", "mkdir $SLUICE_OUT/rows/a.csv", /not a plain file/],
    ["a name with tricks", "printf 'n\\n1\\n' > \"$SLUICE_OUT/rows/..\\\\x.csv\"", /not named/],
    ["another format", "echo > $SLUICE_OUT/rows/a.txt", /not named/],
    ["nothing", "true", /wrote no file/],
  ])("is refused that is %s", async (_, does, words) => {
    const view = await run([shell("make", does, { outputs: { rows: "csv" } })]);
    expect(view.stages[0]).toMatchObject({ state: "failed", artifacts: [], error: { cause: "invalid_output" } });
    expect(view.stages[0]?.error?.message).toMatch(words);
  });
});

describe("what a program says of itself", () => {
  it("is kept, and handed to later stages", async () => {
    const view = await run([
      shell(
        "a",
        `echo '{"rows": 7, "metrics": {"kept": 5}}' > $SLUICE_OUT/result.json; echo '{"day": "monday"}' > $SLUICE_OUT/params.json`,
      ),
      { id: "b", operator: "noop@1", after: ["a"], params: { message: "on {{ stages.a.params.day }}" } },
    ]);
    expect(view.stages[0]?.attempts[0]).toMatchObject({ rows: 7, metrics: { kept: 5 } });
    expect(await printed(view.id)).toEqual(["on monday"]);
  });

  it("is the cause of its failure, in its own words", async () => {
    const says = '{"error": {"message": "Row 9 has no day.", "hint": "Fill it in.", "row": 9}}';
    const view = await run([shell("a", `echo '${says}' > $SLUICE_OUT/result.json; exit 1`)]);
    expect(view.error).toBe("a: Row 9 has no day.");
    expect(view.stages[0]?.error).toMatchObject({ hint: "Fill it in.", row: 9, exitCode: 1 });
  });

  it("is refused over 64 KiB, or where it is no JSON", async () => {
    const large = await run([
      shell("a", "node -e 'console.log(JSON.stringify({a: \"x\".repeat(70000)}))' > $SLUICE_OUT/params.json"),
    ]);
    expect(large.stages[0]?.error?.message).toMatch(/params\.json has 70,009 bytes; at most 65,536/);
    const text = await run([shell("a", "echo no > $SLUICE_OUT/result.json")]);
    expect(text.stages[0]?.error).toMatchObject({
      cause: "invalid_output",
      message: expect.stringMatching(/result\.json is not JSON/),
    });
  });
});

it("reads its operators from the folder that the settings name", () => {
  expect(env().SLUICE_OPERATORS).toHaveLength(1);
});
