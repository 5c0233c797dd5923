import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
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

  const long = run(["query", "-w", "demo", "--format", "csv", "select 8 as eight from pg_sleep(2)"]);
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
  expect((await run(["service-accounts", "create", "nightly", "--team", team?.name ?? ""])).code).toBe(0);
  const made = await run(["service-accounts", "token", "nightly", "of the test", "--days", "1"]);
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

it("lists executions and shows one's rows again", async () => {
  await run(["query", "-w", "demo", "select 'again' as word"]);
  const listed = await run(["executions", "--q", "again", "--json"]);
  const [{ id } = { id: "" }] = JSON.parse(listed.out.toString()) as { id: string }[];
  expect((await run(["executions", "show", id])).out.toString()).toMatch(/state\s+succeeded/);
  expect(lines((await run(["executions", "rows", id, "--format", "csv"])).out)).toEqual(["word", "again"]);
  expect((await run(["executions", "show", "none"])).code).toBe(4);
});
