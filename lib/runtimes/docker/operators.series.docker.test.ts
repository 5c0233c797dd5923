import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { env } from "@/lib/platform/env";
import { buildOperators } from "@/lib/testing/operator-images";
import { installation, type Subject, specOf, textsOf } from "../contract";
import { packagesFor } from "../packages";
import type { Exit, LogLine } from "../runtime";
import { dockerRuntime } from "./runtime";

const engine = inject("containerEngine");
const home = mkdtempSync(path.join(tmpdir(), "sluice-operators-"));

const open = () =>
  dockerRuntime({
    ...(engine?.address ? { address: engine.address } : {}),
    ...{ installation, network: null, accounts: null, user: { uid: 65_532, gid: 65_532 }, paths: [], ca: null },
    logBytes: 2 ** 28,
  });

interface Stage {
  operator: string;
  code: string;
  /** The folder of a table that came before. */
  inputs?: Record<string, { from: string; format: string }>;
  outputs: Record<string, string>;
  /** From PyPI. */
  requirements?: string[];
  /** Instead of the code alone. */
  params?: object;
  /** Instead of the operator's own. */
  command?: string[];
  /** Whether it is an operator's program, which says what came of it. */
  leaves?: boolean;
}

async function run({ operator, code, inputs = {}, outputs, requirements, params, command, leaves = true }: Stage) {
  const manifest = JSON.parse(readFileSync(`operators/${operator}/operator.json`, "utf8"));
  const subject: Subject = { open, image: manifest.image, home, longLineBytes: 0, lines: 0, atOnce: 0 };
  const spec = specOf(subject, command ?? manifest.command, {
    limits: { cpu: 1, memoryBytes: 1024 ** 3, pids: 200, seconds: 120 },
  });
  const given = Object.entries(inputs).map(([name, { from, format }]) => {
    cpSync(from, path.join(spec.folders.in, name), { recursive: true });
    return [name, { format, path: name, files: readdirSync(from).sort(), rows: null }];
  });
  const context = {
    contract: 1,
    run: { id: "r1", url: "http://here/runs/r1", pipeline: "daily", version: 1, trigger: "manual" },
    interval: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z", timeZone: "UTC" },
    params: params ?? { code, values: {} },
    secrets: {},
    inputs: Object.fromEntries(given),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, format]) => [name, { format, path: name }])),
  };
  for (const name of Object.keys(outputs)) mkdirSync(path.join(spec.folders.out, name));
  writeFileSync(path.join(spec.folders.in, "context.json"), JSON.stringify(context));
  const runtime = open();
  const packages = requirements && (await packagesFor(runtime, spec, requirements, new AbortController().signal));
  const handle = await runtime.create({ ...spec, packages: packages ?? null });
  await runtime.start(handle);
  const lines: LogLine[] = [];
  const [exit] = await Promise.all([
    runtime.wait(handle),
    runtime.follow(handle, null, async (more) => void lines.push(...more)),
  ]);
  await runtime.remove(handle);
  const result = leaves ? JSON.parse(readFileSync(path.join(spec.folders.out, "result.json"), "utf8")) : null;
  return { exit, lines, result, out: spec.folders.out } satisfies {
    exit: Exit;
    lines: LogLine[];
    result: unknown;
    out: string;
  };
}

/** Builds what is missing, which takes minutes. */
describe.skipIf(engine === null)("images of operators (need a container engine)", () => {
  beforeAll(() => {
    if (engine?.address) process.env.DOCKER_HOST = engine.address;
    buildOperators(["python", "r", "dbt"]);
  }, 900_000);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it("hand a table from Python to Python to R", async () => {
    const made = await run({
      operator: "python",
      code: 'write("numbers", sql("select i, i % 3 as k, case when i = 5 then null else \'é \' || i end as t from range(1000) r(i)"))',
      outputs: { numbers: "parquet" },
    });
    expect(made.exit).toMatchObject({ code: 0, platform: null });
    expect(made.result).toEqual({ rows: 1000, metrics: { rows_numbers: 1000 } });
    const counted = await run({
      operator: "python",
      code: [
        'frame = inputs["numbers"].df()',
        'assert inputs["numbers"].arrow().num_rows == len(frame) == 1000',
        'print(frame["t"].isna().sum(), frame["t"][7])',
        'write("sums", frame.groupby("k")["i"].sum().reset_index())',
      ].join("\n"),
      inputs: { numbers: { from: path.join(made.out, "numbers"), format: "parquet" } },
      outputs: { sums: "csv" },
    });
    expect(textsOf(counted.lines)).toEqual(["1 é 7"]);
    const doubled = await run({
      operator: "r",
      code: 'sums <- dplyr::mutate(inputs$sums, i = i * 2)\nsum(sums$i)\nwrite_output("doubled", sums)',
      inputs: { sums: { from: path.join(counted.out, "sums"), format: "csv" } },
      outputs: { doubled: "csv" },
    });
    expect(doubled.exit).toMatchObject({ code: 0, platform: null });
    expect(textsOf(doubled.lines)).toEqual([`[1] ${999 * 1000}`]);
    expect(
      readFileSync(path.join(doubled.out, "doubled", "part-00000.csv"), "utf8")
        .split("\n")
        .slice(0, 2),
    ).toEqual(["k,i", `0,${2 * 166_833}`]);
    expect(doubled.result).toEqual({ rows: 3 });
  });

  it("say where a person's R is wrong", async () => {
    const { exit, result } = await run({ operator: "r", code: "x <- 1\n\nstop('no such month')", outputs: {} });
    expect(exit.code).toBe(1);
    expect(result.error).toEqual({ message: "Line 3: no such month", field: "/code" });
  });

  it("find the packages that their stage asks for, which an image does not have, without a network", async () => {
    env().SLUICE_HOME = home;
    const code = [
      "import humanize, numpy, os",
      'print(humanize.intcomma(1234567), "/packages/" in humanize.__file__, "/packages/" in numpy.__file__)',
      'open("/packages/x", "w")',
    ].join("\n");
    const stage = { operator: "python", code, outputs: {}, requirements: ["humanize==4.13.0"] };
    const [one, other] = await Promise.all([run(stage), run(stage)]);
    for (const { lines, result } of [one, other]) {
      expect(textsOf(lines)).toEqual(["1,234,567 True False"]);
      expect(result.error.message).toContain("Read-only file system");
    }
    expect(readdirSync(path.join(home, "requirements"))).toHaveLength(1);
    await expect(run({ ...stage, requirements: ["humanize==0.0.99"] })).rejects.toThrow(
      "There is no humanize==0.0.99 for this Python.",
    );
  }, 300_000);

  it("have dbt and git, and say so where a project cannot be fetched", async () => {
    const asked = "from dbt.cli.main import dbtRunner; print(dbtRunner().invoke(['--version']).success)";
    const there = await run({
      operator: "dbt",
      code: "",
      outputs: {},
      command: ["python3", "-c", asked],
      leaves: false,
    });
    expect(there.exit).toMatchObject({ code: 0, platform: null });
    expect(textsOf(there.lines)).toContain("True");
    expect(textsOf(there.lines).join("\n")).toMatch(/postgres: 1\.11/);
    const params = { from: "git", url: "https://git.example.com/data/project.git", command: "build", schema: "mart" };
    const { exit, result } = await run({ operator: "dbt", code: "", outputs: {}, params });
    expect(exit.code).toBe(1);
    expect(result.error).toMatchObject({ message: expect.stringContaining("git.example.com"), field: "url" });
  });

  it("write in every format", async () => {
    const code = 'for name in ("a", "b", "c"): write(name, [{"x": 1, "y": "é"}, {"x": 2, "y": None}])';
    const { out, exit } = await run({ operator: "python", code, outputs: { a: "csv", b: "ndjson", c: "parquet" } });
    expect(exit.code).toBe(0);
    expect(readFileSync(path.join(out, "a", "part-00000.csv"), "utf8")).toBe("x,y\n1,é\n2,\n");
    expect(readFileSync(path.join(out, "b", "part-00000.ndjson"), "utf8")).toBe('{"x":1,"y":"é"}\n{"x":2,"y":null}\n');
    expect(
      readFileSync(path.join(out, "c", "part-00000.parquet"))
        .subarray(0, 4)
        .toString(),
    ).toBe("PAR1");
  });
});
