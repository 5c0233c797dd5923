import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { env } from "@/lib/platform/env";
import { buildOperators } from "@/lib/testing/operator-images";
import { operatorRuns } from "@/lib/testing/operator-runs";
import { textsOf } from "../contract";

const engine = inject("containerEngine");
const { home, run, end } = operatorRuns();

/** Builds what is missing, which takes minutes. */
describe.skipIf(engine === null)("images of operators (need a container engine)", () => {
  beforeAll(() => {
    if (engine?.address) process.env.DOCKER_HOST = engine.address;
    buildOperators(["python", "r", "dbt"]);
  }, 900_000);
  afterAll(end);

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
