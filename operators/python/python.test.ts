import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const home = mkdtempSync(path.join(tmpdir(), "sluice-python-"));
const there = spawnSync("python3", ["--version"]).status === 0;
if (!there) process.stderr.write("The tests of the Python operator are left out: there is no python3.\n");

let count = 0;

function kept(base: string, name: string, value: string): string {
  const file = path.join(base, name);
  writeFileSync(file, value);
  return file;
}

/** The program over a context, as the `process` runtime starts it. */
function run(code: string, outputs: Record<string, string> = {}, secrets: Record<string, string> = {}) {
  const base = path.join(home, String(count++));
  const [into, out] = [path.join(base, "in"), path.join(base, "out")];
  for (const folder of [into, out]) mkdirSync(folder, { recursive: true });
  const context = {
    contract: 1,
    run: { id: "r1", url: "http://here/runs/r1", pipeline: "daily", version: 1, trigger: "manual" },
    interval: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z", timeZone: "UTC" },
    params: { code, values: { country: "CH" } },
    inputs: {},
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([name, value], at) => [`secrets/${at}`, kept(base, name, value)]),
    ),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, format]) => [name, { format, path: name }])),
  };
  writeFileSync(path.join(into, "context.json"), JSON.stringify(context));
  const program = path.join(import.meta.dirname, "main.py");
  // Without packages of this machine's user.
  const env = {
    PATH: process.env.PATH,
    SLUICE_IN: into,
    SLUICE_OUT: out,
    PYTHONNOUSERSITE: "1",
    NODE_ENV: "test" as const,
  };
  const answer = spawnSync("python3", ["-S", program], { encoding: "utf8", env });
  const read = (name: string) =>
    existsSync(path.join(out, name)) ? JSON.parse(readFileSync(path.join(out, name), "utf8")) : null;
  return {
    code: answer.status,
    log: answer.stdout,
    errors: answer.stderr,
    result: read("result.json"),
    handed: read("params.json"),
  };
}

describe.skipIf(!there)("the Python operator (needs python3)", () => {
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it("reads the secrets that its stage names, and says which those are", () => {
    const { log, result, code } = run(
      'print(len(secret("crm")), secret("crm")[-1:] == "\\n")\nsecret("crn")',
      {},
      { crm: "one\ntwo\n" },
    );
    expect(log).toBe("8 True\n");
    expect(result.error.message).toBe('Line 2: The stage has no secret "crn". Its secrets: crm. Add it under secrets.');
    expect(code).toBe(1);
  });

  it("runs code that knows its run, and hands values on", () => {
    const { code, log, handed, result } = run(
      'print(params["country"], interval["from"], run["pipeline"])\nhand_on(rows=3)\nhand_on(day="x")',
    );
    expect(log).toBe("CH 2026-01-01T00:00:00Z daily\n");
    expect(handed).toEqual({ rows: 3, day: "x" });
    expect(result).toEqual({ rows: 0, metrics: {} });
    expect(code).toBe(0);
  });

  it("names the line of an error, without its own way there", () => {
    const { code, errors, result } = run("def f(x):\n    return x / 0\n\nf(1)");
    expect(result.error).toEqual({
      message: "Line 2: ZeroDivisionError: division by zero",
      hint: "return x / 0",
      field: "/code",
    });
    expect(errors).toContain("ZeroDivisionError: division by zero");
    expect(errors).not.toContain("main.py");
    expect(code).toBe(1);
  });

  it("names the line of what is no Python", () => {
    expect(run("x = 1\ny = (").result.error.message).toMatch(/^Line 2: SyntaxError: /);
  });

  it.each([
    ["an output that the stage does not have", 'write("other", [])', 'no output "other". Its outputs: scores'],
    ["an output that nothing was written to", "x = 1", "Nothing was written to scores"],
    [
      "a package that is not there",
      'write("scores", [{"a": 1}])',
      "pyarrow is not installed here. Run `npm run python`",
    ],
    ["more than may be handed on", 'hand_on(x="y" * 70_000)', "larger than 64 KiB"],
  ])("says what to do about %s", (_, code, words) => {
    const { code: exit, result } = run(code, { scores: "parquet" });
    expect(result.error.message).toContain(words);
    expect(exit).toBe(1);
  });

  it("says how to come by a package that the code wants", () => {
    const { error } = run("\nimport no_such_probe.part").result;
    expect(error.message).toBe("Line 2: ModuleNotFoundError: No module named 'no_such_probe'");
    expect(error.hint).toBe("Add the package of no_such_probe to Requirements, with its version.");
  });

  it("ends as the code says", () => {
    expect(run("import sys\nsys.exit(7)").code).toBe(7);
    expect(run("import sys\nsys.exit(0)").code).toBe(0);
  });
});
