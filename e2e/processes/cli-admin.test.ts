import { afterAll, beforeAll, expect, it } from "vitest";
import { Installation, token, until } from "./installation";
import { type CommandSettings, sluice } from "./sluice-command";

/** What admins do from a shell. Each test makes what it is about, so that it may run again, and alone. */

const installation = new Installation("cli-admin");
let env: Record<string, string>;
const run = (args: string[], more: CommandSettings = {}) => sluice(args, { env, ...more });

beforeAll(async () => {
  await installation.start();
  env = { SLUICE_URL: `http://127.0.0.1:${installation.port}`, SLUICE_TOKEN: token };
}, 180_000);
afterAll(async () => {
  await installation.stop();
}, 60_000);

/** What a command that has to succeed prints. */
async function printed(...args: string[]): Promise<string> {
  const { code, out, said } = await run(args);
  expect(code, `${args.join(" ")}: ${said}`).toBe(0);
  return out.toString();
}
const json = async <Said>(...args: string[]) => JSON.parse(await printed(...args, "--json")) as Said;
/** How a command ends that is refused, and what it says. */
async function refused(code: number, words: string, ...args: string[]): Promise<void> {
  expect(await run(args), args.join(" ")).toMatchObject({ code, said: expect.stringContaining(words) });
}
const unique = () => Date.now().toString(36);

interface Load {
  running: { executionId: string }[];
  waiting: { executionId: string }[];
  heat: { heat: number } | null;
}

it("shows what runs and waits, moves one, and stops one or many", async () => {
  // What an earlier try has left, if it failed.
  await printed("gate", "stop", "-w", "demo", "--reason", "afresh", "--yes");
  await printed("gate", "set", "demo", "--slots", "1", "--per-user", "0");
  const mark = unique();
  const first = await installation.begin(`select pg_sleep(300) /* ${mark} */`);
  const [second, third] = [await installation.submit("select 2"), await installation.submit("select 3")];
  const line = async () => (await json<Load>("gate", "load", "demo")).waiting.map((one) => one.executionId);
  expect(await line()).toEqual([second, third]);
  const [one, all] = [await printed("gate", "load", "demo"), await printed("gate", "load")];
  expect(one).toContain("demo: 1/1 slots in use, 2 waiting.");
  expect(one).toMatch(new RegExp(`${first} .*running.*${mark}[\\s\\S]*1 +${second} .*All slots in use`));
  expect(all).toMatch(/^demo +1\/1 +2 +open/m);
  expect((await json<Load>("gate", "load", "demo")).heat?.heat).toBeGreaterThanOrEqual(0);

  await printed("gate", "move", third, "first");
  expect(await line()).toEqual([third, second]);
  const stop = ["gate", "stop", "--reason", "too much"];
  await Promise.all([
    refused(2, "does not wait any more", "gate", "move", first, "last"),
    refused(2, 'not "middle"', "gate", "move", third, "middle"),
    refused(2, "Say what to stop", ...stop),
    refused(2, "--reason", "gate", "stop", second),
    refused(4, "Nothing of the id none", ...stop, "none"),
    refused(2, "This stops 3 executions on demo. Add --yes", ...stop, "-w", "demo"),
    refused(2, "This stops 2 executions on demo. Add --yes", ...stop, "--lane", "api", "--state", "waiting"),
  ]);
  expect(await line()).toEqual([third, second]);
  await printed(...stop, second);
  expect(await installation.ended(second)).toMatchObject({ state: "cancelled" });
  expect(await json(...stop, "--lane", "api", "--yes")).toEqual([{ warehouse: "demo", stopped: 2, runs: 0 }]);
  for (const id of [first, third]) expect(await installation.ended(id)).toMatchObject({ state: "cancelled" });
  expect(await json(...stop, "--lane", "api", "--yes")).toEqual([]);

  const decided = await printed("gate", "history", "demo", "--decisions");
  expect(decided).toMatch(/ move /);
  expect(decided).toContain("Stopped lanes api: too much");
  // Sampled every few seconds.
  await until("a sample", 60_000, async () => (await json<{ points: object[] }>("gate", "history", "demo")).points[0]);
  expect(await printed("gate", "history", "demo", "--csv")).toMatch(
    /^at,active,foreign,waiting,heat,used,queued,slots\n20\S+Z,\d*,/,
  );
}, 240_000);

it("changes what is hot, and says a webhook's secret once", async () => {
  const heat = ["gate", "heat", "demo"];
  const kept = { hotWaiting: 33, hotActive: null, hotOldestMinutes: 90, alertMinutes: 15, slowDown: false };
  const flags = ["--waiting", "33", "--active", "0", "--oldest", "90", "--bigquery-slots", "0", "--alert", "15"];
  expect(await json(...heat, ...flags, "--slow-down", "off")).toMatchObject(kept);
  expect(await json(...heat, "--webhook", "https://hooks.example.com/hot")).toMatchObject({
    ...{ webhook: "https://hooks.example.com/hot", webhookSecret: expect.stringMatching(/^whs_/) },
  });
  expect(await json(...heat)).toEqual({ ...kept, hotEngineSlots: null, webhook: "https://hooks.example.com/hot" });
  const own = await run([...heat, "--webhook", "https://hooks.example.com/hot", "--secret", "--json"], {
    input: "a secret to sign with\n",
  });
  expect(JSON.parse(own.out.toString())).not.toHaveProperty("webhookSecret");
  expect(await json(...heat, "--webhook", "none")).toMatchObject({ webhook: null });
  expect(await json(...heat, "--oldest", "0")).toMatchObject({ hotOldestMinutes: null });
  await refused(2, "Only BigQuery says", ...heat, "--bigquery-slots", "2000");
  await refused(2, '--slow-down is on or off, not "maybe"', ...heat, "--slow-down", "maybe");
}, 120_000);

it("invites somebody, puts them into a team beside the others, allows the team something, and closes the account", async () => {
  const mark = unique();
  const [ana, ben, team] = [`ana-${mark}@example.com`, `ben-${mark}@example.com`, `Growth ${mark}`];
  const id = (await printed("teams", "create", team)).trim();
  const invited = await run(["users", "invite", ana, "--team", team, "--role", "editor"]);
  expect(invited).toMatchObject({ code: 0, said: expect.stringContaining(`Added ana-${mark} (${ana}), editor.`) });
  expect(invited.out.toString()).toMatch(new RegExp(`^${env.SLUICE_URL}/\\S+\\n$`));
  expect(await json("users", "invite", ben, "--name", "Ben", "--no-link")).toMatchObject({
    person: { email: ben, name: "Ben", role: "viewer", hasPassword: false },
  });
  await Promise.all([
    refused(2, "has an account already", "users", "invite", ana),
    refused(2, "no e-mail address", "users", "invite", "ana"),
    refused(4, "nobody with the address", "teams", "add", team, `nobody-${mark}@example.com`),
    refused(2, "There are download, image or link", "rights", "set", "fly", "on", "--role", "admin"),
    refused(2, "not several", "rights", "set", "image", "on", "--role", "admin", "--team", team),
    refused(2, "Say whose", "rights", "set", "image", "on"),
    refused(2, "role", "users", "role", ben, "boss"),
    refused(2, `closes the account of Ben (${ben})`, "users", "deactivate", ben),
    refused(2, "its one member loses", "teams", "delete", team),
  ]);

  const emails = ({ members }: { members: { email: string }[] }) => members.map(({ email }) => email).sort();
  expect(emails(await json("teams", "add", id, ben))).toEqual([ana, ben]);
  expect(emails(await json("teams", "remove", team, ana))).toEqual([ben]);
  expect(await printed("teams", "show", team)).toContain(ben);
  expect(await printed("teams", "list")).toMatch(new RegExp(`^${team} +1 +${id}$`, "m"));

  expect(await printed("rights", "set", "image", "on", "--team", team)).toMatch(
    new RegExp(`^image +team ${team} `, "m"),
  );
  expect(await printed("rights", "set", "image", "off", "--team", team)).not.toContain(team);
  expect(await printed("rights", "show")).not.toContain(team);

  expect(await json("users", "role", ben, "editor")).toMatchObject({ role: "editor" });
  expect(await json("users", "deactivate", ben, "--yes")).toMatchObject({ disabled: true });
  expect(await printed("users", "list", "--q", mark)).toMatch(new RegExp(`^${ben} +Ben +editor .*deactivated`, "m"));
  expect(await json("users", "reactivate", ben)).toMatchObject({ disabled: false });
  expect(await json("users", "link", ben)).toMatchObject({ url: expect.stringContaining(String(env.SLUICE_URL)) });
  expect(await printed("users", "show", ben)).toMatch(new RegExp(`^teams +${team}$`, "m"));

  await printed("teams", "delete", team, "--yes");
  await refused(4, "There is no team", "teams", "show", team);
}, 180_000);

it("renames a team, and says in which schemas its pipelines may write", async () => {
  const mark = unique();
  const [team, renamed] = [`Data ${mark}`, `Insights ${mark}`];
  const id = (await printed("teams", "create", team)).trim();
  await Promise.all([
    refused(2, "Give it a name", "teams", "rename", team, " "),
    refused(4, "There is no team", "teams", "rename", renamed, "Other"),
  ]);
  expect(await json("teams", "rename", team, renamed)).toMatchObject({ id, name: renamed });
  await refused(4, "There is no team", "teams", "show", team);
  expect(await printed("teams", "rename", id, renamed)).toBe(`${renamed} (${id})\nNone.\n`);

  const name = `written ${mark}`;
  const connect = ["warehouses", "connect", name, "--engine", "duckdb"];
  await printed(...connect);
  const schemas = () => printed("warehouses", "schemas", name);
  expect(await schemas()).toBe("None.\n");
  await printed("warehouses", "grant-schema", name, renamed, "mart", "--scratch");
  // The other stays; a team has one scratch schema.
  expect(await json("warehouses", "grant-schema", name, id, "own", "--scratch")).toEqual([
    { team: { id, name: renamed }, schema: "mart", scratch: false },
    { team: { id, name: renamed }, schema: "own", scratch: true },
  ]);
  expect(await schemas()).toMatch(new RegExp(`^${renamed} +mart *\n${renamed} +own +yes$`, "m"));
  await printed("warehouses", "revoke-schema", name, renamed, "mart");
  await Promise.all([
    refused(4, "may not write in mart anyway", "warehouses", "revoke-schema", name, renamed, "mart"),
    refused(4, "There is no team", "warehouses", "grant-schema", name, team, "mart"),
  ]);
  expect(await json("warehouses", "schemas", name)).toEqual([
    { team: { id, name: renamed }, schema: "own", scratch: true },
  ]);
}, 180_000);

it("lists schedules, makes one, pauses and resumes it, and removes it", async () => {
  const mark = unique();
  const query = await installation.ask("POST", "queries", {
    ...{ warehouse: "demo", title: `Nightly ${mark}`, sql: "select count(*) from courses where subject <> {{not}}" },
    parameters: [{ name: "not", type: "text", default: "x" }],
  });
  const of = ["--query", String(query.id)];
  const adding = ["schedules", "add", ...of, "--when", "15 6 1 1 *"];
  await Promise.all([
    refused(2, "Give --zone", ...adding),
    refused(2, "Say of what: --query or --board", "schedules", "add", "--when", "15 6 1 1 *"),
    refused(2, "not several", "schedules", ...of, "--board", "b"),
    refused(4, "no such", "schedules", "pause", "none"),
    refused(4, "", "schedules", "--pipeline", `none-${mark}`),
  ]);
  const added = await json<{ id: string }>(...adding, "--zone", "Europe/Berlin", "-p", "not=y");
  expect(added).toMatchObject({ query: query.id, when: "15 6 1 1 *", paused: false, parameters: { not: "y" } });
  const row = new RegExp(`^query +Nightly ${mark} .*15 6 1 1 \\* \\(Europe/Berlin\\) +(\\S+) .*${added.id}$`, "m");
  const next = async (...which: string[]) => row.exec(await printed("schedules", ...which))?.[1];
  expect(await next(...of)).toMatch(/^\d{4}-01-01T05:15/);
  expect(await printed("schedules", "pause", added.id)).toMatch(/^paused +true$/m);
  expect([await next(), await next("--mine")]).toEqual(["paused", "paused"]);
  expect(await json("schedules", "resume", added.id)).toMatchObject({ paused: false });
  expect(await json("schedules", "show", added.id)).toMatchObject({ id: added.id, paused: false });

  // A pipeline's stand in its document, and can be paused all the same.
  const pipeline = `nightly-${mark}`;
  await installation.ask("PUT", `pipelines/${pipeline}`, {
    ...{ name: pipeline, triggers: [{ cron: "15 6 1 1 *", timezone: "UTC" }] },
    stages: [{ id: "a", operator: "noop@1", params: {} }],
  });
  const [its] = await json<{ id: string }[]>("schedules", "--pipeline", pipeline);
  expect(await json("schedules", "pause", its?.id ?? "")).toMatchObject({ pipeline, paused: true });

  await refused(
    2,
    `removes the schedule 15 6 1 1 * (Europe/Berlin) of “Nightly ${mark}”`,
    "schedules",
    "remove",
    added.id,
  );
  await printed("schedules", "remove", added.id, "--yes");
  await refused(4, "no such", "schedules", "show", added.id);
}, 180_000);

it("rotates a token: the new value works, the old one no more", async () => {
  const old = await json<{ id: string; value: string }>("tokens", "create", `rotated ${unique()}`, "--days", "1");
  const next = await printed("tokens", "rotate", old.id, "--overlap", "0");
  const as = (value: string) => sluice(["warehouses"], { env: { ...env, SLUICE_TOKEN: value.trim() } });
  expect(await as(next)).toMatchObject({ code: 0 });
  expect(await as(old.value)).toMatchObject({ code: 3 });
  await Promise.all([
    refused(4, "no such token", "tokens", "rotate", old.id),
    refused(2, "0 to 720 hours", "tokens", "rotate", old.id, "--overlap", "721"),
  ]);
}, 120_000);

it("gives a token another lane and a budget; what is left out stays", async () => {
  const { id } = await json<{ id: string }>("tokens", "create", `placed ${unique()}`, "--days", "1");
  const listed = async () =>
    (await json<{ id: string; lane: string | null; limits: object[] }[]>("tokens")).find((one) => one.id === id);
  const set = ["tokens", "set", id];
  expect(await run([...set, "--lane", "backfill", "--statements-per-hour", "7"])).toMatchObject({
    ...{ code: 0, said: "Its lane is backfill.\n" },
  });
  const limits = [expect.objectContaining({ name: "statementsPerHour", value: 7 })];
  expect(await listed()).toMatchObject({ lane: "backfill", limits });
  expect(await json(...set, "--lane", "usual")).toMatchObject({ id, lane: null });
  expect(await listed()).toMatchObject({ lane: null, limits });
  await printed(...set, "--statements-per-hour", "0");
  expect(await listed()).toMatchObject({ lane: null, limits: [] });
  await Promise.all([
    refused(2, "Say what to change: --lane or --statements-per-hour", ...set),
    refused(2, "--lane takes interactive", ...set, "--lane", "fast"),
    refused(4, "no such token", "tokens", "set", "none", "--lane", "api"),
  ]);
}, 120_000);

it("erases what somebody had run, no more than was shown, and lists it", async () => {
  const teams = await json<{ name: string }[]>("teams");
  const mark = unique();
  const account = (
    await printed("service-accounts", "create", `eraser ${mark}`, "--team", teams[0]?.name ?? "")
  ).trim();
  const own = (await printed("service-accounts", "token", account, "of the test", "--days", "1")).trim();
  const query = ["query", "-w", "demo", "-q"];
  const ask = (sql: string) => sluice([...query, sql], { env: { ...env, SLUICE_TOKEN: own } });
  expect(await ask(`select 'one ${mark}'`)).toMatchObject({ code: 0 });
  const of = ["--person", account];
  const shown = await json<{ results: number; upTo: string }>("erasures", "preview", ...of);
  expect(shown).toMatchObject({ results: 1, executions: 1, peopleCount: 1 });
  expect(await ask(`select 'two ${mark}'`)).toMatchObject({ code: 0 });

  const erase = ["erasures", "run", ...of, "--reason", `asked for ${mark}`];
  await Promise.all([
    refused(2, "Say of which table", "erasures", "preview"),
    refused(2, "--reason", "erasures", "run", ...of),
    refused(2, "2 results (", ...erase),
    refused(2, "together", ...erase, "--results", "1"),
  ]);
  // By the preview of before: the younger one stays.
  const before = ["--up-to", shown.upTo, "--results", String(shown.results), "--yes"];
  expect(await json(...erase, ...before)).toMatchObject({ results: 1, reason: `asked for ${mark}` });
  await refused(2, "There is nothing left to erase", ...erase, ...before);
  expect(await json(...erase, "--yes")).toMatchObject({ results: 1 });
  expect(await json("erasures", "preview", ...of)).toMatchObject({ results: 0 });
  const again = await run([...erase, "--yes"]);
  expect(again).toMatchObject({ code: 0, said: "There is nothing to erase.\n" });
  expect((await printed("erasures", "list")).match(new RegExp(`asked for ${mark}`, "g"))).toHaveLength(2);
}, 180_000);

it("connects a warehouse after trying it, changes it, and says who reads it by what", async () => {
  const mark = unique();
  const [name, team] = [`events ${mark}`, `Readers ${mark}`];
  await printed("teams", "create", team);
  // Nobody listens on port 1.
  const place = ["--set", "host=127.0.0.1", "--set", "port=1", "--set", "database=events", "--user", "reader"];
  const connect = ["warehouses", "connect", name, "--engine", "postgres", ...place];
  const input = "a password\n";
  expect(await run(connect, { input })).toMatchObject({ code: 1, said: expect.stringContaining("Nothing was stored") });
  await refused(4, "", "warehouses", "show", name);
  expect(await run([...connect, "--untested", "--slots", "3", "--keep-days", "7"], { input })).toMatchObject({
    code: 0,
  });
  expect(await json("warehouses", "show", name)).toMatchObject({
    ...{ name, engine: "postgres", retentionDays: 7 },
    admin: { slots: 3, config: { host: "127.0.0.1", port: 1, database: "events" }, readers: [{ user: "reader" }] },
  });
  const tried = await run(["warehouses", "test", name]);
  expect(tried.code).toBe(1);
  expect(tried.out.toString()).toMatch(/^It does not connect: /);
  expect(await printed("warehouses", "test", "demo")).toMatch(/^It connects: PostgreSQL \d/);
  const lake = `lake ${mark}`;
  expect(await json("warehouses", "connect", lake, "--engine", "duckdb")).toMatchObject({
    name: lake,
    engine: "duckdb",
  });

  await printed("warehouses", "change", name, "--set", "database=other", "--open", "on", "--keep-days", "0");
  expect(await json("warehouses", "show", name)).toMatchObject({
    ...{ openToCompany: true, retentionDays: null, admin: { config: { port: 1, database: "other" } } },
  });
  const reader = ["warehouses", "add-reader", name, "second", "--user", "sees less"];
  expect(await run(reader, { input })).toMatchObject({ code: 0 });
  await printed("warehouses", "grant", name, team, "--reader", "second");
  await printed("warehouses", "change-reader", name, "second", "--name", "narrow");
  expect(await json("warehouses", "readers", name)).toContainEqual(
    expect.objectContaining({ name: "narrow", user: "sees less", teams: [team] }),
  );
  expect(await run(["warehouses", "writer", name, "--user", "writes"], { input })).toMatchObject({ code: 0 });
  expect(await printed("warehouses", "show", name)).toMatch(/^writer +writes$/m);
  await printed("warehouses", "writer", name, "--none");
  expect(await printed("warehouses", "show", name)).toMatch(/^writer +none$/m);
  await Promise.all([
    refused(2, "Say the engine with --engine", "warehouses", "connect", mark),
    refused(2, "Say what to change: --name", "warehouses", "change", name),
    refused(2, "password", "warehouses", "change", name, "--set", "host=elsewhere.example.com"),
    refused(2, "team", "warehouses", "grant", name, "nobody"),
    refused(4, "has no reader", "warehouses", "remove-reader", name, "third", "--yes"),
    refused(2, "Add --yes", "warehouses", "remove-reader", name, "narrow"),
    refused(2, "--user or --none", "warehouses", "writer", name),
  ]);
  await printed("warehouses", "revoke", name, team);
  await printed("warehouses", "remove-reader", name, "narrow", "--yes");
  expect(await json<object[]>("warehouses", "readers", name)).toHaveLength(1);
}, 240_000);

it("estimates without running, and reads what was done, used and filled", async () => {
  const mark = unique();
  expect(await printed("estimate", "-w", "demo", "select * from courses")).toMatch(/rows/);
  expect(await run(["estimate", "-w", "demo", `select * from none_${mark}`])).toMatchObject({ code: 1 });
  await refused(2, "--warehouse", "estimate", "select 1");

  await printed("gate", "pause", "demo", "--reason", `look at ${mark}`);
  await printed("gate", "resume", "demo");
  const filter = ["--q", mark, "--user", "admin@example.com"];
  expect(await json("audit", ...filter)).toEqual([expect.objectContaining({ action: "gate.set" })]);
  expect(await printed("audit", ...filter)).toMatch(new RegExp(`admin@example.com +gate.set +demo .*look at ${mark}`));
  expect(await json("audit", ...filter, "--action", "user.create")).toEqual([]);
  const older = await run(["audit", "--limit", "1"]);
  expect(older).toMatchObject({ code: 0, said: expect.stringMatching(/--cursor \S+\n$/) });
  // An export is an entry as well, which speaks of the same words.
  const exporting = ["audit", "export", ...filter, "--action", "gate.set"];
  expect(await printed(...exporting)).toMatch(/^at,[^\n]*\n[^\n]*,gate\.set,[^\n]*\n$/);
  expect(JSON.parse(await printed(...exporting, "--format", "ndjson"))).toMatchObject({ action: "gate.set" });
  await refused(2, "csv or ndjson", "audit", "export", "--format", "xml");

  const week = expect.objectContaining({ week: expect.any(String), people: expect.any(Number) });
  expect(await json("usage", "--weeks", "2")).toMatchObject({ weeks: [week, week], days: 28 });
  expect(await printed("usage", "--weeks", "2")).toMatch(/^weeks\nweek +people/m);
  await printed("warehouses", "tables", "demo", "--refresh");
  expect(await json("usage", "table", "public.courses", "-w", "demo")).toMatchObject({ table: "public.courses" });
  await refused(4, "no such table", "usage", "table", `public.none_${mark}`, "-w", "demo");
  const disk = expect.objectContaining({ folder: expect.any(String), freeBytes: expect.any(Number) });
  expect(await until("a measure of the disks", 60_000, async () => (await json<object[]>("disks"))[0])).toEqual(disk);
}, 240_000);

/** Signs a person in, as their browser does by a link; resolves to the cookie of the session. */
async function signIn(email: string): Promise<string> {
  const link = await json<{ url: string }>("users", "link", email);
  const auth = `${env.SLUICE_URL}/api/auth`;
  const csrf = await fetch(`${auth}/csrf`);
  const cookies = (answer: Response) => answer.headers.getSetCookie().map((one) => one.split(";", 1)[0]);
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const body = new URLSearchParams({
    token: new URL(link.url).searchParams.get("token") ?? "",
    csrfToken,
    json: "true",
  });
  const headers = { cookie: cookies(csrf).join("; ") };
  const answer = await fetch(`${auth}/callback/link`, { method: "POST", body, headers, redirect: "manual" });
  return cookies(answer).join("; ");
}

it("shows where somebody is signed in, and signs them out everywhere", async () => {
  const email = `ivy-${unique()}@example.com`;
  await printed("users", "invite", email, "--no-link");
  const [one, other] = [await signIn(email), await signIn(email)];
  const me = async (cookie: string) => (await fetch(`${env.SLUICE_URL}/api/v1/me`, { headers: { cookie } })).status;
  expect([await me(one), await me(other)]).toEqual([200, 200]);
  await refused(2, "Add --yes", "sessions", "end-all", "--user", email);
  expect(await run(["sessions", "end-all", "--user", email, "--yes"])).toMatchObject({
    ...{ code: 0, said: "2 sessions ended.\n" },
  });
  await until("both are out", 30_000, async () => (await me(one)) === 401 && (await me(other)) === 401);

  const before = await json<{ id: string }[]>("sessions");
  const mine = await signIn("admin@example.com");
  const [added] = (await json<{ id: string }[]>("sessions")).filter(({ id }) => !before.some((old) => old.id === id));
  expect(await printed("sessions")).toMatch(new RegExp(`^${added?.id} `, "m"));
  await printed("sessions", "end", added?.id ?? "");
  await until("it is out", 30_000, async () => (await me(mine)) === 401);
  await refused(4, "no such session", "sessions", "end", "none");
}, 120_000);
