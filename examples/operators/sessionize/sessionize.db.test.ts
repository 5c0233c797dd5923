import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { publishPipeline } from "@/lib/pipelines/publish-pipeline";
import { env } from "@/lib/platform/env";
import { waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { startStageWorker } from "@/workers/testing/stage-worker";

const there = spawnSync("go", ["version"]).status === 0;
if (!there) process.stderr.write("The test of the example in Go is left out: there is no Go compiler.\n");

/** Prints a table of events, or the table that comes in. */
const shell = {
  ...{ id: "shell", version: "1.0.0", title: "Shell", summary: "For tests.", group: "change", icon: "code" },
  ...{ inputs: { "*": true }, outputs: { "*": true }, repeatSafe: true, image: "none" },
  process: { command: ["sh", "run.sh"] },
  parameters: { type: "object", properties: { text: { type: "string", title: "Text" } } },
};
const script = `if [ -d "$SLUICE_IN/table" ]; then cat "$SLUICE_IN"/table/*
else node -e 'console.log(require(process.env.SLUICE_IN + "/context.json").params.text)' > "$SLUICE_OUT/rows/all.csv"; fi`;

describe.skipIf(!there)("an operator in Go, built and added as docs/operators.md says (needs go)", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-go-"));
  let ana: Context;

  beforeAll(async () => {
    const own = path.join(folder, "sessionize");
    cpSync(import.meta.dirname, own, { recursive: true });
    const built = spawnSync("go", ["build", "-o", "sessionize", "."], {
      ...{ cwd: own, encoding: "utf8" },
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local" },
    });
    expect(built).toMatchObject({ status: 0, stderr: "" });
    mkdirSync(path.join(folder, "shell"));
    writeFileSync(path.join(folder, "shell", "operator.json"), JSON.stringify(shell));
    writeFileSync(path.join(folder, "shell", "run.sh"), script);
    await testDatabase();
    env().SLUICE_OPERATORS.push(folder);
    ana = await buildPerson();
    await startStageWorker();
  });
  afterAll(async () => {
    env().SLUICE_OPERATORS.pop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(name: string, events: string, params: string) {
    const text = `name: ${name}
stages:
  - {id: events, operator: shell@1, params: {text: ${JSON.stringify(events)}}, outputs: {rows: csv}}
  - id: sessions
    operator: sessionize@1
    params: {${params}}
    inputs: {events: events.rows}
    outputs: {sessions: ndjson}
  - {id: print, operator: shell@1, inputs: {table: {from: sessions.sessions, format: csv}}}
`;
    await publishPipeline(ana, name, { text, format: "yaml" });
    const view = await waitForRun(ana, (await startRun(ana, name, {})).id, 50);
    const printed: string[] = [];
    for await (const line of await readLog(ana, view.id, {})) printed.push(line.text);
    return { view, printed };
  }

  it("takes a table in its format, hands one on, and its log is the run's", async () => {
    const events = [
      ...["who,at", "ana,2026-01-01 10:40:00", "ben,2026-01-01T09:00:00Z", "ana,2026-01-01 10:00:00"],
      "ana,2026-01-01 10:10:00",
    ];
    const { view, printed } = await run("by_go", events.join("\n"), "person: who, gapMinutes: 20");
    expect(view).toMatchObject({ state: "succeeded", error: null });
    expect(view.stages[1]?.artifacts).toMatchObject([{ output: "sessions", format: "ndjson", rows: 3 }]);
    expect(printed[0]).toBe("4 events, 3 sessions");
    expect(printed[1]).toBe("person,from,to,events");
    expect(printed.slice(2).map((line) => [line.split(",")[0], line.split(",").at(-1)])).toEqual([
      ...[
        ["ana", "2"],
        ["ana", "1"],
        ["ben", "1"],
      ],
    ]);
  });

  it("says which row and which field are wrong", async () => {
    const { view } = await run("by_go_wrong", "person,at\nana,2026-01-01 10:00:00\nben,soon", "");
    expect(view.stages[1]).toMatchObject({
      state: "failed",
      error: { cause: "program", message: "Row 2: at is soon, which is no time.", field: "/time", row: 2 },
    });
    expect(view.stages[2]?.state).toBe("skipped");
  });
});
