import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Manifest, manifestSchema } from "@/lib/operators/schema";
import { serveOperator } from "./dev-server";
import { readOperator } from "./folder";
import { formHtml } from "./form-page";
import { runOperator } from "./run-operator";
import { readTry } from "./try-file";

const manifest: Manifest = manifestSchema.parse({
  ...{
    id: "shell",
    version: "1.0.0",
    title: "Shell <b>",
    summary: "Runs.",
    group: "change",
    icon: "code",
    image: "none",
  },
  ...{ inputs: { rows: { title: "Rows", format: "csv", required: true } }, repeatSafe: true },
  outputs: { copy: { title: "Copy", format: "csv", required: true } },
  process: { command: ["sh", "run.sh"] },
  parameters: {
    type: "object",
    properties: {
      mode: { type: "string", enum: ["all", "some"], default: "all" },
      count: { type: "integer", minimum: 1, "x-showIf": { mode: "some" } },
      key: { type: "object", "x-widget": "secret" },
      packages: { type: "string", "x-widget": "requirements" },
    },
  },
});

let folder: string;
const put = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "sluice-dev-")), "shell");
  mkdirSync(folder);
  put("operator.json", JSON.stringify(manifest));
  put("rows.csv", "n\n1\n2\n");
  put("try.yaml", 'params: {mode: some, count: 2}\ninputs: {rows: rows.csv}\nbuild: echo "$0" > built\n');
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

async function once(script: string) {
  put("run.sh", script);
  const said: string[] = [];
  const say = (_: string, text: string) => void said.push(text);
  const tried = await runOperator({ folder, manifest, container: false, say }, readTry(path.join(folder, "try.yaml")));
  return { ...tried, said: said.join("") };
}

it("runs an operator as the contract says, and takes what it leaves", async () => {
  const tried =
    await once(`grep -o '"count": 2' "$SLUICE_IN/context.json"; cat "$SLUICE_IN"/rows/0.csv > "$SLUICE_OUT/copy/a.csv"
echo '{"rows": 2}' > "$SLUICE_OUT/result.json"; echo careful >&2`);
  expect(tried).toMatchObject({ code: 0, problems: [], result: { rows: 2 }, handed: null });
  expect(tried.outputs).toEqual([{ name: "copy", file: "a.csv", bytes: 6, head: "n\n1\n2\n" }]);
  expect(tried.said).toContain('"count": 2\n');
  expect(tried.log).toContainEqual({ stream: "stderr", text: "careful\n" });
});

it("says what a run would refuse, and the program's own code", async () => {
  expect((await once("exit 0")).problems).toEqual([
    expect.stringContaining("No file was written into the output copy"),
  ]);
  expect(await once("exit 3")).toMatchObject({ code: 3, problems: [] });
  const { problems } = await once(
    `cd "$SLUICE_OUT"; echo '{"row": 1' > result.json; touch copy/a.txt; ln -s /etc/passwd copy/b.csv; touch other`,
  );
  expect(problems).toEqual([
    ...[expect.stringContaining("out/result.json is not as"), expect.stringContaining("copy/a.txt")],
    ...[expect.stringContaining("copy/b.csv"), "out/other is no output of this operator."],
  ]);
  put("try.yaml", "params: {mode: few}\ninputs: {rows: rows.csv}\n");
  await expect(once("true")).rejects.toThrow("params/mode: mode cannot be “few”.");
  put("try.yaml", 'params: {packages: "# none"}\ninputs: {rows: rows.csv}\n');
  expect((await once("exit 3")).code).toBe(3);
  put("try.yaml", 'params: {packages: "Polars == 1.35.2"}\ninputs: {rows: rows.csv}\n');
  await expect(once("true")).rejects.toThrow(
    /^params\/packages: packages are installed by a run.*"python3 -m pip install polars==1.35.2"/,
  );
  put("try.yaml", "build: exit 7\n");
  await expect(once("true")).rejects.toThrow("The build ended with exit code 7.");
  put("try.yaml", "inputs: {rows: rows.csv}\nbuild: yes | head -c 3000000\n");
  expect((await once("exit 3")).code).toBe(3);
  put("try.yaml", "{}");
  await expect(once("true")).rejects.toThrow("The input rows is missing");
  put("try.yaml", "parms: {}\n");
  expect(() => readTry(path.join(folder, "try.yaml"))).toThrow(/try\.yaml: .*parms/);
});

it("says what is wrong with a manifest by its place", () => {
  expect(readOperator(folder)).toEqual({ manifest });
  put("operator.json", JSON.stringify({ ...manifest, colour: 1, id: "other" }));
  expect(readOperator(folder)).toEqual({ problems: [{ at: "colour", message: "There is no such key." }] });
  put("operator.json", JSON.stringify({ ...manifest, id: "other" }));
  expect(readOperator(folder)).toMatchObject({ problems: [{ at: "id" }] });
  put("operator.json", "{");
  expect(readOperator(folder)).toMatchObject({ problems: [{ message: expect.stringContaining("not JSON") }] });
});

it("draws what is shown with these values, and nothing that was typed as HTML", () => {
  expect(formHtml(manifest, {})).not.toContain('name="count"');
  const form = formHtml(manifest, { mode: "some", count: 0, key: "<script>" });
  expect(form).toContain('name="count"');
  expect(form).toContain("count is 0, which is too little. Use 1 or more.");
  expect(form).toContain("&lt;script&gt;");
  expect(form).not.toContain("<script>");
});

it("serves the form on this machine alone, and runs again with each change", async () => {
  put("run.sh", 'echo first; touch "$SLUICE_OUT/copy/a.csv"');
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const probe = createServer().listen(0);
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const stop = new AbortController();
  const serving = serveOperator({ folder, file: path.join(folder, "try.yaml"), container: false, port }, stop.signal);
  const at = `http://127.0.0.1:${port}`;
  const seen = async () => ((await (await fetch(`${at}/seen`)).json()) as { seen: string }).seen;
  await vi.waitFor(async () => expect(await seen()).toContain("first"), 10_000);
  const page = await fetch(at);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await page.text()).toContain("Shell &lt;b&gt; 1.0.0");
  expect((await fetch(`${at}/run`, { method: "POST", body: "{}" })).status).toBe(403);
  const headers = { "x-sluice": "1" };
  await fetch(`${at}/run`, { method: "POST", headers, body: '{"mode": "none"}' });
  await vi.waitFor(async () => expect(await seen()).toContain("mode cannot be “none”"), 10_000);
  put("run.sh", 'echo second; touch "$SLUICE_OUT/copy/a.csv"');
  put("try.yaml", "inputs: {rows: rows.csv}\n");
  await vi.waitFor(async () => expect(await seen()).toContain("second"), 10_000);
  stop.abort();
  await serving;
  await expect(fetch(at)).rejects.toThrow();
  vi.restoreAllMocks();
});

it("says in words what its author left out or mistyped, all of it at once", async () => {
  const nowhere = path.join(folder, "nowhere");
  expect(() => readOperator(nowhere)).toThrow(
    `There is no operator.json in ${nowhere}. Name the folder of one operator.`,
  );
  put("try.yaml", "parms: {}\nparams: {}\ninputs: {rows: [1]}\n");
  expect(() => readTry(path.join(folder, "try.yaml"))).toThrow(
    /try\.yaml: .*inputs.*; Unrecognized key: "parms"\. "sluice operators dev --help" says what it has\./,
  );
  put("try.yaml", "params: {mode: few, count: 0, other: 1}\ninputs: {rows: rows.csv}\n");
  await expect(once("true")).rejects.toThrow(/mode cannot be “few”[\s\S]*other/);
  put("try.yaml", "inputs: {rows: missing.csv}\n");
  await expect(once("true")).rejects.toThrow(/missing\.csv cannot be read: there is no such file\.$/);
});

it("says what keeps a program from being started", async () => {
  const child = (command: string) => ({ ...manifest, process: { command: [command] } });
  const start = (command: string) =>
    runOperator(
      { folder, manifest: child(command), container: false, say: () => undefined },
      readTry(path.join(folder, "try.yaml")),
    );
  put("run.pl", "#!/usr/bin/nobody-has-this\n");
  const asProgram = './run.pl is no program: run "chmod +x ./run.pl"';
  await expect(start("./run.pl")).rejects.toThrow(asProgram);
  put("operator.json", JSON.stringify(child("./run.pl")));
  expect(readOperator(folder)).toEqual({
    problems: [{ at: "process.command", message: expect.stringContaining(asProgram) }],
  });
  chmodSync(path.join(folder, "run.pl"), 0o755);
  expect(readOperator(folder)).not.toHaveProperty("problems");
  await expect(start("./run.pl")).rejects.toThrow("There is no ./run.pl in the folder, or what its first line names.");
  await expect(start("./other")).rejects.toThrow("Build it, or mend its name in process.command.");
  await expect(start("nobody-has-this")).rejects.toThrow("There is no nobody-has-this on this machine. Install it.");
  // What has to be built first is not missed.
  put("operator.json", JSON.stringify(child("./other")));
  expect(readOperator(folder)).not.toHaveProperty("problems");
});
