import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Installation, token, until } from "./installation";
import { type CommandSettings, sluice } from "./sluice-command";

const installation = new Installation("cli");
const home = mkdtempSync(path.join(tmpdir(), "sluice-cli-"));
let env: Record<string, string>;
const run = (args: string[], more: CommandSettings = {}) => sluice(args, { env, ...more });
const lines = (out: Buffer) => out.toString().trimEnd().split("\n");

beforeAll(async () => {
  await installation.start();
  // A service account is an editor.
  for (const id of ["editor", "admin"])
    await installation.ask("PUT", "rights", { right: "download", scope: "role", id, allowed: true });
  env = { SLUICE_URL: `http://127.0.0.1:${installation.port}`, SLUICE_TOKEN: token };
}, 180_000);
afterAll(async () => {
  rmSync(home, { recursive: true, force: true });
  await installation.stop();
}, 60_000);

it("keeps a token that works where only its person reads it, and sends it nowhere else", async () => {
  const kept = { HOME: home };
  const url = env.SLUICE_URL ?? "";
  const refused = await sluice(["login", url], { env: kept, input: "slc_no-such-token" });
  expect(refused.code).toBe(3);
  expect(readdirSync(home)).toEqual([]);
  expect((await sluice(["login", url], { env: kept, input: `${token}\n` })).code).toBe(0);
  expect(statSync(path.join(home, ".config/sluice/credentials.json")).mode & 0o777).toBe(0o600);
  expect((await sluice(["warehouses"], { env: kept })).out.toString()).toContain("demo");
  const elsewhere = await sluice(["warehouses", "--url", "http://127.0.0.1:1"], { env: kept });
  expect(elsewhere).toMatchObject({ code: 3, said: expect.stringContaining("No token for http://127.0.0.1:1") });
  await sluice(["logout"], { env: kept });
  expect((await sluice(["warehouses"], { env: kept })).code).toBe(3);
});

it("lists an admin everybody's tokens, with whose each is and what holds it", async () => {
  const name = `for all ${Date.now()}`;
  const flags = ["--scope", "mcp:use", "--lane", "api", "--statements-per-hour", "7"];
  expect((await run(["tokens", "create", name, ...flags])).code).toBe(0);
  const all = await run(["tokens", "list", "--all", "--find", name, "--json"]);
  expect(JSON.parse(all.out.toString())).toMatchObject([
    { name, lane: "api", limits: [{ name: "statementsPerHour", value: 7 }], owner: { email: "admin@example.com" } },
  ]);
  expect((await run(["tokens", "list", "--all", "--find", name])).out.toString()).toContain("statementsPerHour=7");
});

it("prints rows in each format, from an argument, a file and stdin", async () => {
  const sql = "select g as n, 'a' || g as t, null::int as nothing from generate_series(1, 3) g";
  const shown = await run(["query", "-w", "demo", sql]);
  expect(shown.code).toBe(0);
  expect(lines(shown.out).at(-1)).toMatch(/^3\s+a3\s+NULL$/);
  expect(shown.said).toContain(`${env.SLUICE_URL}/executions/`);
  const piped = await run(["query", "-w", "demo", "--format", "csv", "-q"], { input: sql });
  expect(piped).toMatchObject({ code: 0, said: "" });
  expect(lines(piped.out)).toHaveLength(4);
  const ndjson = await run(["query", "-w", "demo", "--format", "ndjson", "-f", "-"], { input: sql });
  expect(lines(ndjson.out).map((line) => JSON.parse(line))).toContainEqual({ n: 2, t: "a2", nothing: null });
  const json = await run(["query", "-w", "demo", "--format", "json", sql]);
  expect(JSON.parse(json.out.toString())).toHaveLength(3);
  const file = path.join(home, "rows.parquet");
  expect((await run(["query", "-w", "demo", "--format", "parquet", "-o", file, sql])).code).toBe(0);
  expect(readFileSync(file).subarray(0, 4).toString()).toBe("PAR1");
  expect(readdirSync(home)).not.toContain("rows.parquet.part");
});

it("stores a secret from stdin, rotates it, never shows it, and deletes it", async () => {
  const stored = await run(["secrets", "set", "crm-token", "--company", "--note", "of the CRM"], {
    input: "first one\n",
  });
  expect(stored).toMatchObject({ code: 0, said: "Stored crm-token.\n" });
  const rotated = await run(["secrets", "set", "crm-token"], { input: "another one" });
  expect(rotated).toMatchObject({ code: 0, said: "crm-token has another value now.\n" });
  const listed = (await run(["secrets", "list"])).out.toString();
  expect(listed).toMatch(/crm-token +the whole company .*never +of the CRM/);
  expect(listed + (await run(["secrets", "list", "--json"])).out).not.toMatch(/first one|another one/);
  expect(await run(["secrets", "set", "other", "--company"], { input: "\n" })).toMatchObject({ code: 2 });
  expect(await run(["secrets", "set", "other", "--team", "Nobody"], { input: "x" })).toMatchObject({ code: 2 });
  expect((await run(["secrets", "delete", "crm-token"])).code).toBe(0);
  expect((await run(["secrets", "delete", "crm-token"])).code).toBe(4);
});

it("binds parameters as text or as JSON, and says what was cut", async () => {
  const sql = "select {{t}} as t, g from generate_series(1, {{n}}) g";
  const args = ["query", "-w", "demo", "--format", "ndjson", "-p", "t=O'Hara; --", "-p", "n:=5", "--limit", "2", sql];
  const { code, out, said } = await run(args);
  expect(code).toBe(0);
  expect(lines(out)).toHaveLength(2);
  expect(out.toString()).toContain("O'Hara; --");
  expect(said).toContain("Cut at 2 rows");
});

it("ends with a code that says why", async () => {
  const failed = await run(["query", "-w", "demo", "select 1 / 0"]);
  expect(failed).toMatchObject({ code: 1, said: expect.stringContaining("division by zero") });
  expect(await run(["query", "-w", "demo", "--no-such"])).toMatchObject({ code: 2 });
  expect(await run(["query", "select 1"])).toMatchObject({ code: 2, said: expect.stringContaining("--warehouse") });
  expect(await run(["query", "-w", "nowhere", "select 1"])).toMatchObject({ code: 4 });
  expect(await sluice(["warehouses"], { env: { ...env, SLUICE_TOKEN: "wrong" } })).toMatchObject({ code: 3 });
  expect(await run(["brew"])).toMatchObject({ code: 2, said: expect.stringContaining('"brew"') });
  const { said } = await run(["gate", "pause", "demo"]);
  expect(said).toContain("--reason");
});

it("stops the statement in the warehouse at Ctrl-C", async () => {
  const args = ["query", "-w", "demo", "select pg_sleep(60) /* by hand */"];
  const { code, said } = await run(args, { signal: { when: /queued|running/, name: "SIGINT" } });
  expect(code).toBe(130);
  expect(said).toContain("It is cancelled");
}, 40_000);

it("pauses the gate with a reason, tells who waits, and lets go on", async () => {
  expect((await run(["gate", "pause", "demo", "--reason", "index build"])).code).toBe(0);
  const waits = run(["query", "-w", "demo", "--format", "csv", "select 7 as seven"]);
  const shown = await run(["gate", "show", "demo", "--json"]);
  expect(JSON.parse(shown.out.toString())).toMatchObject({ paused: true, reason: "index build" });
  expect((await run(["gate", "resume", "demo"])).code).toBe(0);
  expect(lines((await waits).out)).toEqual(["seven", "7"]);
  const set = await run(["gate", "set", "demo", "--slots", "3", "--json"]);
  expect(JSON.parse(set.out.toString())).toMatchObject({ slots: 3, paused: false });
});

it("holds one lane or team, drains, limits, and lists who else is in the warehouse", async () => {
  const json = async (...args: string[]) => JSON.parse((await run([...args, "--json"])).out.toString());
  const lane = ["gate", "pause", "demo", "--lane", "backfill", "--reason", "month end", "--minutes", "30"];
  const held = (await json(...lane)) as { id: string; until: string };
  expect(held).toMatchObject({ of: "lane", targets: [{ id: "backfill" }], warehouse: { name: "demo" } });
  expect(Date.parse(held.until) - Date.now()).toBeGreaterThan(20 * 60_000);
  expect((await run(["gate", "pauses", "demo"])).out.toString()).toContain("month end");
  expect((await run(["gate", "lift", held.id])).code).toBe(0);
  expect(await json("gate", "pauses", "demo")).toEqual([]);
  expect(await run(["gate", "pause", "--reason", "x"])).toMatchObject({ code: 2 });
  expect(await run(["gate", "pause", "demo", "--team", "nobody's", "--reason", "x"])).toMatchObject({ code: 4 });

  const long = run(["query", "-w", "demo", "--format", "csv", "select 8 as eight from pg_sleep(6)"]);
  await until("it runs", 20_000, async () => ((await json("gate", "show", "demo")) as { running: number }).running > 0);
  const drained = await run(["gate", "drain", "demo", "--reason", "upgrade"]);
  expect(drained).toMatchObject({ code: 0, said: expect.stringContaining("1 still run.\nNothing runs any more.") });
  expect(lines((await long).out)).toEqual(["eight", "8"]);
  expect((await run(["gate", "resume", "demo"])).code).toBe(0);
  expect(await json("gate", "show", "demo")).toMatchObject({ paused: false });

  expect(await json("gate", "limit", "rows", "12345")).toMatchObject([
    { scope: "company", name: "rows", value: 12345 },
  ]);
  expect((await run(["gate", "limits"])).out.toString()).toContain("12345");
  expect(await json("gate", "limit", "rows", "1", "--warehouse", "demo", "--preview")).toMatchObject({ unit: "cuts" });
  expect(await json("gate", "limit", "rows", "none")).toEqual([]);
  expect(await run(["gate", "limit", "rowz", "1"])).toMatchObject({ code: 2, said: expect.stringContaining("rows") });
  expect(Array.isArray(await json("gate", "sessions", "demo"))).toBe(true);
  const none = ["gate", "end-session", "demo", "1 2026-01-01", "--reason", "x"];
  expect(await run(none)).toMatchObject({ code: 3, said: expect.stringContaining("may not end this session") });
}, 60_000);

it("makes a service account and a token that speaks for it", async () => {
  const teams = (await installation.ask("GET", "teams")) as { items: { name: string }[] };
  const [team] = teams.items;
  // A run before this one may have ended early.
  const name = `nightly ${Date.now()}`;
  expect((await run(["service-accounts", "create", name, "--team", team?.name ?? ""])).code).toBe(0);
  const made = await run(["service-accounts", "token", name, "of the test", "--days", "1"]);
  const own = { ...env, SLUICE_TOKEN: made.out.toString().trim() };
  expect(lines((await sluice(["query", "-w", "demo", "--format", "csv", "select 3 as n"], { env: own })).out)).toEqual([
    ...["n", "3"],
  ]);
  expect((await run(["service-accounts"])).out.toString()).toMatch(/nightly .* 1 /);
}, 30_000);

it("makes a token of a narrow scope, which is refused the rest", async () => {
  const made = await run(["tokens", "create", "reader", "--scope", "warehouses:read", "--days", "1"]);
  const narrow = { ...env, SLUICE_TOKEN: made.out.toString().trim() };
  expect((await sluice(["warehouses", "tables", "demo"], { env: narrow })).out.toString()).toContain("activity_events");
  const refused = await sluice(["query", "-w", "demo", "select 1"], { env: narrow });
  expect(refused).toMatchObject({ code: 3, said: expect.stringContaining("executions:run") });
  const listed = JSON.parse((await run(["tokens", "--json"])).out.toString()) as { id: string; name: string }[];
  expect((await run(["tokens", "revoke", listed.find(({ name }) => name === "reader")?.id ?? ""])).code).toBe(0);
  expect((await sluice(["warehouses"], { env: narrow })).code).toBe(3);
}, 30_000);

it("prints how Sluice is used: a table for each list that has something, and the same as JSON", async () => {
  const team = `Readers ${Date.now()}`;
  expect((await run(["teams", "create", team])).code).toBe(0);
  const flags = ["usage", "--days", "17", "--weeks", "3"];
  // What is the company's own is kept for half a minute: an earlier try may have asked.
  const said = await until("the team", 90_000, async () => {
    const { code, out } = await run(flags);
    expect(code).toBe(0);
    return out.toString().includes(team) && out.toString();
  });
  expect(said).toMatch(/^days: 17$/m);
  expect(said).toMatch(
    /\n\nweeks\nweek +people +page +pipelines +api +schedule\n[─ ]+\n(\d{4}-\d\d-\d\d( +\d+){5}\n){3}\n/,
  );
  expect(said).toMatch(/\n\nteams\nid +name +members +people +executions +stages +seconds +share\n/);
  expect(said).toMatch(new RegExp(`^\\S+ +${team}( +0){6}$`, "m"));
  const json = JSON.parse((await run([...flags, "--json"])).out.toString()) as { weeks: object[]; teams: object[] };
  expect(json.weeks).toHaveLength(3);
  expect(json.teams).toContainEqual(expect.objectContaining({ name: team, members: 0 }));
  expect(await run(["usage", "--days", "0"])).toMatchObject({ code: 2, said: expect.stringContaining("at least 1") });
}, 180_000);

it("lists executions and shows one's rows again", async () => {
  await run(["query", "-w", "demo", "select 'again' as word"]);
  const listed = await run(["executions", "--q", "again", "--json"]);
  const [{ id } = { id: "" }] = JSON.parse(listed.out.toString()) as { id: string }[];
  expect((await run(["executions", "show", id])).out.toString()).toMatch(/state\s+succeeded/);
  expect(lines((await run(["executions", "rows", id, "--format", "csv"])).out)).toEqual(["word", "again"]);
  expect((await run(["executions", "show", "none"])).code).toBe(4);
});

it("says what is wrong with a pipeline's file where it stands, and lists operators", async () => {
  const text =
    'name: nightly\nstages:\n  - id: extract\n    operator: sql-extract@1\n    params: {warehouse: demo, sql: "select 1"}\n';
  const wrong = await run(["pipelines", "lint", "-"], { input: text });
  expect(wrong.code).toBe(1);
  expect(lines(wrong.out)).toEqual([
    "stdin:3:5: error: [extract] sql-extract needs one output, and extract has 0. Add outputs: {rows: parquet}.",
  ]);
  const file = path.join(home, "nightly.yaml");
  writeFileSync(file, `${text}    outputs: {rows: parquet}\n`);
  expect(await run(["pipelines", "lint", file])).toMatchObject({ code: 0, said: "No errors.\n" });
  expect((await run(["operators"])).out.toString()).toMatch(/sql-extract@1 .*Query a warehouse/);
  expect((await run(["operators", "show", "sql-extract"])).out.toString()).toMatch(/^sql {2,}string +yes /m);
}, 30_000);

/** A folder of a repository, as a CI checks it out. */
function repository(name: string, files: Record<string, string>): string {
  const top = mkdtempSync(path.join(home, "repository-"));
  const folder = path.join(top, "pipelines");
  mkdirSync(path.join(folder, "deep"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const git = (...args: string[]) => expect(spawnSync("git", ["-C", top, ...args]).status).toBe(0);
  git("init", "-q");
  git("remote", "add", "origin", `https://ci:secret-of-the-ci@git.example.com/${name}.git`);
  return folder;
}

it("applies a folder of a repository, again without a change, and prunes what is gone from it", async () => {
  // The installation is that of earlier runs of these tests too.
  const again = Date.now().toString(36);
  const [greet, second] = [`greet_${again}`, `second_${again}`];
  const text = `# Greets
name: ${greet}
stages:
  - id: hello
    operator: noop@1
    params: {message: "hello {{ var.whom }}", fail: "{{ var.fail }}"}
`;
  const folder = repository(again, { "greet.yaml": text, "deep/second.yml": text.replace(greet, second) });
  const vars = path.join(home, "test.yaml");
  writeFileSync(vars, "whom: nobody\nfail: false\n");
  const args = [folder, "--vars", vars, "--var", "whom=world"];
  expect((await run(["pipelines", "lint", folder])).out.toString()).toContain("There is no var.whom.");
  const idle = await run(["pipelines", "apply", ...args, "--var", "who=x"]);
  expect(idle).toMatchObject({ code: 2, said: expect.stringContaining("{{ var.who }}") });
  expect(await run(["pipelines", "diff", ...args])).toMatchObject({ code: 1 });

  const applied = await run(["pipelines", "apply", ...args]);
  expect(lines(applied.out)).toEqual([`created ${second} (version 1)`, `created ${greet} (version 1)`]);
  const unchanged = await run(["pipelines", "apply", ...args]);
  expect(lines(unchanged.out)).toEqual([`unchanged ${second} (version 1)`, `unchanged ${greet} (version 1)`]);
  expect(await run(["pipelines", "diff", ...args])).toMatchObject({ code: 0, said: "Nothing would change.\n" });
  const live = await installation.ask("GET", `pipelines/${greet}`);
  expect(live).toMatchObject({ source: `https://git.example.com/${again}.git/pipelines/greet.yaml` });
  const exported = await run(["pipelines", "export", greet]);
  expect(exported.out.toString()).toBe(text.replace("{{ var.whom }}", "world").replace('"{{ var.fail }}"', "false"));

  const byForm = await run(["pipelines", "apply", "-"], { input: exported.out.toString() });
  expect(byForm).toMatchObject({ code: 2, said: expect.stringContaining("lives in https://git.example.com") });
  writeFileSync(path.join(folder, "greet.yaml"), `${text}  - {id: bye, operator: noop@1, after: [hello]}\n`);
  rmSync(path.join(folder, "deep/second.yml"));
  const differs = await run(["pipelines", "diff", ...args]);
  expect(differs.out.toString()).toContain("The stage bye (noop@1) is new.");
  const pruned = await run(["pipelines", "apply", ...args, "--prune"]);
  expect(lines(pruned.out)).toEqual([`changed ${greet} (version 2)`, `archived ${second} (version 1)`]);
  expect((await run(["pipelines"])).out.toString()).not.toContain(second);
  writeFileSync(path.join(folder, "wrong.yaml"), "name: wrong\n");
  const refused = await run(["pipelines", "apply", ...args]);
  expect(refused).toMatchObject({ code: 1, said: expect.stringContaining("Nothing was applied.") });
}, 60_000);

it("runs a pipeline to its end, prints its log, goes on from a failure, and cancels", async () => {
  const stage = (more: string) => `name: by_hand\nstages:\n  - {id: only, operator: noop@1, params: {${more}}}\n`;
  const apply = async (text: string) => expect((await run(["pipelines", "apply", "-"], { input: text })).code).toBe(0);
  await apply(stage("message: printed"));
  const ran = await run(["pipelines", "run", "by_hand", "--from", "2026-01-01", "--to", "2026-01-02", "--logs"]);
  expect(ran).toMatchObject({ code: 0, said: expect.stringMatching(/\/runs\/\w+\n[\s\S]*only: succeeded/) });
  expect(ran.out.toString()).toContain("only | printed");

  await apply(stage("message: broken, fail: true"));
  const failed = await run(["pipelines", "run", "by_hand"]);
  expect(failed).toMatchObject({ code: 1, said: expect.stringContaining("only: failed") });
  const listed = await run(["runs", "list", "--pipeline", "by_hand", "--state", "failed", "--json"]);
  const [{ id } = { id: "" }] = JSON.parse(listed.out.toString()) as { id: string }[];
  expect((await run(["runs", "logs", id, "--q", "broken"])).out.toString()).toMatch(/only \| broken\n$/);
  expect((await run(["runs", "show", id])).out.toString()).toMatch(/only .*failed/);
  await apply(stage("message: mended"));
  expect(await run(["runs", "retry", id, "--latest"])).toMatchObject({ code: 0 });
  expect(await run(["runs", "watch", id])).toMatchObject({ code: 1 });

  await apply(stage("seconds: 600"));
  const stopped = await run(["pipelines", "run", "by_hand"], { signal: { when: /only: running/, name: "SIGINT" } });
  expect(stopped).toMatchObject({ code: 130, said: expect.stringContaining("It is cancelled.") });
  const detached = await run(["pipelines", "run", "by_hand", "--detach", "-q"]);
  const other = detached.out.toString().trim();
  expect(await run(["runs", "cancel", other, "--reason", "not today"])).toMatchObject({ code: 0 });
  expect(await run(["runs", "watch", other])).toMatchObject({ code: 6 });
}, 90_000);
