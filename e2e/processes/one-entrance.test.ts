import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSession } from "@/lib/access/sessions";
import { openQueue } from "@/lib/jobs/queue";
import { type Stage, triggerSchema } from "@/lib/pipelines/schema";
import { pool } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import { previewKinds } from "@/lib/previews/find";
import { buildSecret, buildTeam, buildToken, buildUpload, buildUser } from "@/lib/testing/factories";
import { type SampleRequest, sampleBatch, sampleRequests, type Targets } from "@/lib/testing/requests";
import { buildStoredFile } from "@/lib/testing/runs";
import { sealSession } from "@/lib/transport/cookie";
import { operations } from "@/lib/transport/operations/registry";
import { tellWhens } from "@/lib/triggers/schema";
import { handlers, rounds } from "@/workers/registry";
import { Cluster } from "./cluster";
import { token, until } from "./installation";

/**
 * Nothing reaches a warehouse but through the gate. Every route of the API, every page, every tool of the MCP server and
 * every round of the worker goes at a paused warehouse, which writes down each statement it is given. What it may hear
 * then is the control door alone, by name and by text.
 */

const root = path.resolve(import.meta.dirname, "../..");
const cluster = new Cluster("one-entrance");
let target: Targets;
let cookie: string;
let link: string;
/** Who asks, and an execution of the saved query that has rows. */
let me: string;
let answered: string;
/** When the warehouse was paused, as a place in its log. */
let pausedAt = 0;

/** What a saved thing of the samples answers with: its id. */
async function made(where: string, body: object): Promise<string> {
  return String((await cluster.ask("POST", where, body)).id);
}

const run = async (sql: string) =>
  String((await cluster.ask("POST", "executions?wait=30", { warehouse: cluster.warehouseId, sql })).id);

beforeAll(async () => {
  // Where nothing answers: samples name it for BigQuery.
  const settings = { BIGQUERY_EMULATORS: "http://127.0.0.1:1", LINK_PREVIEWS: "pictures" };
  await cluster.start({ webs: 1, workers: 1, settings });
  Object.assign(process.env, {
    DATABASE_URL: cluster.databaseUrl,
    AUTH_SECRET: cluster.authSecret,
    SLUICE_URL: "http://127.0.0.1:3000",
  });
  const warehouse = cluster.warehouseId;
  const ended = await run("select n from events limit 1");
  const { id: owner } = (await cluster.ask("GET", "me")) as { id: string };
  const query = await made("queries", {
    ...{ warehouse, title: "Saved", sql: "select n from events where n::text <> {{name}}" },
    parameters: [{ name: "name", type: "text", default: "x" }],
  });
  // It has an answer, which pictures and alerts are about.
  answered = String((await cluster.ask("POST", `queries/${query}/executions?wait=30`, {})).id);
  me = owner;
  const [user, team] = [await buildUser(), await buildTeam({ userIds: [owner] })];
  for (const right of ["link", "download"])
    await cluster.ask("PUT", "rights", { right, scope: "role", id: "admin", allowed: true });
  const linked = await cluster.ask("POST", "shares", { kind: "query", id: query, audience: "link", expiresInDays: 3 });
  link = String(linked.url).split("/s/")[1] ?? "";
  const reader = (
    await cluster.ask("POST", `warehouses/${warehouse}/readers`, { name: "spare", user: "reader", password: "reader" })
  ).id;
  await cluster.ask("GET", `warehouses/${warehouse}/tables`);
  const open = newId();
  await cluster.db.query("insert into access_requests (id, kind, object_id, user_id) values ($1, 'query', $2, $3)", [
    open,
    query,
    user.id,
  ]);
  const schedule = { when: "0 8 * * *", zone: "UTC", parameters: { name: "x" } };
  const board = {
    title: "Growth",
    parameters: [{ name: "name", type: "text" }],
    tiles: [{ id: "t1", kind: "query", query }],
  };
  const nightly = {
    ...{ name: "nightly", parameters: { name: { type: "text", default: "x" } } },
    stages: [{ id: "a", operator: "noop@1", params: { fail: true } }],
  };
  await cluster.ask("PUT", "pipelines/nightly", nightly);
  await cluster.ask("PATCH", `warehouses/${warehouse}`, { writer: { user: "reader", password: "reader" } });
  const failed = await made("pipelines/nightly/runs?wait=30", {});
  target = {
    ...{ pipeline: "nightly", run: failed },
    file: await buildStoredFile("nightly", failed),
    ...{ warehouse, ended, query, user: user.id, team: team.id, request: open, reader: String(reader) },
    share: await made("shares", { kind: "query", id: query, audience: "team", to: team.id }),
    chart: await made("charts", { title: "Drawn", spec: { type: "number" }, of: { kind: "query", id: query } }),
    board: await made("boards", board),
    comment: await made(`executions/${ended}/comments`, { text: "Ours" }),
    trigger: await made(`queries/${query}/triggers`, schedule),
    upload: (await buildUpload(owner)).id,
    pause: await made("pauses", { warehouse, of: "person", targets: [(await buildUser()).id] }),
    token: (await buildToken(user.id)).id,
    secret: (await buildSecret(team.id)).name,
    secretTeam: team.id,
    session: await startSession(user, { userAgent: null, address: null }, "password"),
    // Of these two the paused warehouse will not hear, whatever is asked about them.
    execution: "",
  };
  const session = await sealSession(
    await startSession({ id: owner }, { userAgent: null, address: null }, "link"),
    owner,
  );
  cookie = `${session.name}=${session.value}`;
  const gate = await cluster.ask("PUT", `warehouses/${warehouse}/gate`, { paused: true, reason: "one entrance" });
  expect(gate.paused).toBe(true);
  // All processes have heard of it, and what ran is over.
  await until("the web knows", 5_000, async () => {
    const answer = await cluster.request("POST", `warehouses/${warehouse}/explain`, { body: { sql: "select 1" } });
    return answer.status === 503 || answer.status === 409;
  });
  target.execution = String((await cluster.ask("POST", "executions", { warehouse, sql: "select 'held'" })).id);
  pausedAt = cluster.warehouse.logBytes;
}, 240_000);
afterAll(async () => {
  await pool().end();
  await cluster.stop();
}, 60_000);

/** What the warehouse was given since that place in its log, by another than the control door. */
async function work(from = pausedAt): Promise<string[]> {
  return (await cluster.warehouse.entries(from)).filter(
    (entry) => / (statement|execute \S+): /.test(entry) && !entry.includes(" [sluice control] "),
  );
}

/** The samples' own, which nobody answers for: a job that did not wait would fail there. */
async function pausedBigQuery(): Promise<string> {
  const body = sampleRequests(target)["warehouses.create"]?.bodies?.bigquery ?? {};
  const id = await made("warehouses", body);
  await cluster.ask("PUT", `warehouses/${id}/gate`, { paused: true });
  return String(body.name);
}

interface Asked {
  name: string;
  method: string;
  where: string;
  body?: unknown;
}

/** The sample with this warehouse's own address in place of nobody's, so that what signs in could. */
function reaching(name: string, body: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  if (!body || (body.engine !== undefined && body.engine !== "postgres")) return body;
  const own = { ...body };
  if (own.config) own.config = { ...cluster.warehouse.config, user: "reader", password: "reader" };
  if (own.writer) own.writer = { user: "reader", password: "reader" };
  // It stays paused: what a resumed one is told is no finding.
  if (name === "warehouses.changeGate") own.paused = true;
  // Its sample's password is nobody's here.
  if (name === "users.updateSelf") return { name: "Ana", timeZone: "UTC" };
  return own;
}

function requestsOf(name: string, sample: SampleRequest, template: string, method: string): Asked[] {
  const where = template.slice(1).replace(/\{(\w+)\}/g, (_, one: string) => sample.params?.[one] ?? "none");
  // The list of tables is asked for afresh.
  const asked = new URLSearchParams(name === "warehouses.tables" ? { refresh: "1" } : sample.query).toString();
  const bodies = sample.bodies ? Object.values(sample.bodies) : [sample.body];
  if (name === "executions.submit") bodies.push(sampleBatch(target));
  return bodies.map((body) => ({
    ...{ name, method, where: asked ? `${where}?${asked}` : where },
    body: sample.text ?? reaching(name, body),
  }));
}

// Lasting ones first; what ends or removes a thing comes when nobody needs it any more.
const last = /revoke|remove|archive|rotate|end(All)?$|resume|disable|cancel|stop$/;
const inOrder = [...operations].sort((a, b) => Number(last.test(a.name)) - Number(last.test(b.name)));

/** For a browser that signed in, and no token. */
const inBrowser = new Set(["views.begin", "views.end"]);

/** Whose samples name what nobody has, or not the one who asks. */
const nothingThere = new Set([
  ...["executions.cell", "serviceAccounts.createToken", "drafts.read", "usage.table", "tokens.rotate", "sessions.end"],
  ...["pipelines.draft", "artifacts.rows", "artifacts.open", "artifacts.download"],
]);

describe("a paused warehouse hears nothing", () => {
  const pages = globSync("app/**/page.tsx", { cwd: root }).map((file) =>
    `/${path.dirname(path.relative("app", file))}`.replace(/\/\([^)]+\)/g, "").replace(/\/\.$/, "/"),
  );

  /** What stands in the place of a page's parameters. */
  function placed(page: string): string {
    const of: Record<string, string> = {
      "/admin/warehouses/[id]": target.warehouse,
      "/charts/[id]": target.chart,
      "/s/[token]": link,
      "/boards/": target.board,
      "/queries/": target.query,
      "/executions/": target.ended,
      "/compare/": target.ended,
      "/pipelines/": target.pipeline,
      "/runs/": target.run,
      "/files/": target.file,
    };
    if (page.startsWith("/tables/[")) return `/tables/${target.warehouse}/public/events`;
    const value = Object.entries(of).find(([start]) => page.startsWith(start))?.[1];
    if (page.includes("[") && !value) throw new Error(`${page} wants something in the place of its parameters`);
    return page.replace(/\[\w+\]/g, value ?? "");
  }

  it.each(pages)("of the page %s", async (page) => {
    const from = cluster.warehouse.logBytes;
    const answer = await fetch(`http://127.0.0.1:${cluster.webs[0]?.port}${placed(page)}`, {
      headers: { cookie },
      redirect: "manual",
      signal: AbortSignal.timeout(20_000),
    });
    await answer.text();
    // The design's own page is for those who work on it.
    expect(answer.status).toBeOneOf(page === "/design" ? [404] : [200, 303, 307]);
    // Not the page that asks who is there.
    expect(answer.headers.get("location") ?? "").not.toContain("sign-in");
    expect(await work(from)).toEqual([]);
  });

  /** What is neither a page nor of the REST API, each with what is asked of it and what it says then. Before what archives things. */
  const beside: Record<string, () => [path: string, status: number, method?: string][]> = {
    // Of the second a test of its own asks each tool.
    "api/metrics/route.ts": () => [["/api/metrics", 200]],
    "api/mcp/route.ts": () => [["/api/mcp", 405]],
    "api/auth/[...nextauth]/route.ts": () => [
      ...["session", "csrf", "providers"].map((one): [string, number] => [`/api/auth/${one}`, 200]),
      ["/api/auth/callback/credentials", 302, "POST"],
    ],
    "previews/[kind]/[id]/route.tsx": () => {
      const ids = { execution: answered, query: target.query, chart: target.chart, board: target.board };
      // A board has words under its link, and no picture.
      return previewKinds.map((kind) => [`/previews/${kind}/${ids[kind]}`, kind === "board" ? 404 : 200]);
    },
    "icon.svg": () => [["/icon.svg", 200]],
  };

  it("of what else the web answers", async () => {
    // All that Next makes an address of, by the names that it gives such files.
    const name = /^(route|icon|apple-icon|favicon|opengraph-image|twitter-image|sitemap|robots|manifest)\d*\.\w+$/;
    const files = globSync("app/**/*.*", { cwd: root }).map((file) => path.relative("app", file));
    const found = files.filter((file) => name.test(path.basename(file)));
    expect(found.filter((file) => !file.startsWith("api/v1/")).sort()).toEqual(Object.keys(beside).sort());
    // And what the REST API has there is what is asked below.
    const routes = found.filter((file) => file.startsWith("api/v1/")).map((file) => `/${path.dirname(file).slice(7)}`);
    const known = new Set(operations.map(({ operation }) => operation.path.replace(/\{(\w+)\}/g, "[$1]")));
    expect(routes.sort()).toEqual([...known].sort());
    const from = cluster.warehouse.logBytes;
    for (const [file, asked] of Object.entries(beside))
      for (const [where, status, method = "GET"] of asked()) {
        const url = `http://127.0.0.1:${cluster.webs[0]?.port}${where}`;
        // Pictures are for who is not signed in.
        const headers: Record<string, string> = file.startsWith("api/") ? { authorization: `Bearer ${token}` } : {};
        const answer = await fetch(url, { method, headers, redirect: "manual", signal: AbortSignal.timeout(40_000) });
        expect([where, answer.status], `${file}: ${(await answer.text()).slice(0, 300)}`).toEqual([where, status]);
      }
    expect(await work(from)).toEqual([]);
  }, 90_000);

  it.each(inOrder.map((one) => ({ ...one, id: `${one.group}.${one.name}` })))(
    "of $id",
    async ({ id, operation }) => {
      const sample = sampleRequests(target)[id];
      if (!sample) throw new Error(`${id} has no sample in lib/testing/requests`);
      const from = cluster.warehouse.logBytes;
      for (const { name, method, where, body } of requestsOf(id, sample, operation.path, operation.method)) {
        const answer = await fetch(`http://127.0.0.1:${cluster.webs[0]?.port}/api/v1/${where}`, {
          method,
          headers: {
            ...(inBrowser.has(id) ? { cookie, "x-sluice": "1" } : { authorization: `Bearer ${token}` }),
            "content-type":
              typeof body !== "string" || operation.document ? "application/json" : (operation.stream ?? "text/plain"),
          },
          ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
          // A stream of events has no end: what it says first is enough.
          signal: AbortSignal.timeout(20_000),
        });
        const events = answer.headers.get("content-type")?.startsWith("text/event-stream");
        const text = events ? "" : await answer.text();
        if (events) await answer.body?.cancel();
        // It was taken, not refused before it came near a warehouse.
        const refused = [401, 403, 405, 422, 500, ...(nothingThere.has(name) ? [] : [404])];
        expect(refused, `${name}: ${text.slice(0, 300)}`).not.toContain(answer.status);
      }
      expect(await work(from)).toEqual([]);
    },
    30_000,
  );

  it("of a tool of the MCP server", async () => {
    const from = cluster.warehouse.logBytes;
    const call = async (method: string, params: object) => {
      const answer = await fetch(`http://127.0.0.1:${cluster.webs[0]?.port}/api/mcp`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          ...{ "content-type": "application/json", accept: "application/json, text/event-stream" },
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      });
      const text = await answer.text();
      expect(answer.status, text).toBe(200);
      return JSON.parse(text.replace(/^[\s\S]*?data: /, "")).result;
    };
    const given: Record<string, object> = {
      list_warehouses: {},
      list_tables: { warehouse: target.warehouse },
      list_saved_queries: {},
      read_rows: { executionId: target.ended },
      run_sql: { warehouse: target.warehouse, sql: "select 'by an assistant'", waitSeconds: 1 },
      run_saved_query: { id: target.query, parameters: { name: "x" }, waitSeconds: 1 },
    };
    const { tools } = (await call("tools/list", {})) as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name).sort()).toEqual(Object.keys(given).sort());
    for (const { name } of tools) await call("tools/call", { name, arguments: given[name] });
    expect(await work(from)).toEqual([]);
  }, 60_000);

  it("of a server action, since there is none", () => {
    const files = globSync("{app,components,lib}/**/*.{ts,tsx}", { cwd: root });
    expect(files.length).toBeGreaterThan(500);
    const action = /^\s*["']use server["']/m;
    expect(files.filter((file) => action.test(readFileSync(path.join(root, file), "utf8")))).toEqual([]);
  });

  it("of a job that the gate did not send", async () => {
    const body = { warehouse: target.warehouse, sql: "select 'held, whatever a job says'" };
    const execution = await made("executions", body);
    const { rows } = await cluster.db.query<{ id: string; reader: string }>(
      `select w.id, w.reader_id as reader from work w join statements s on s.work_id = w.id
       join executions e on e.statement_id = s.id where e.id = $1`,
      [execution],
    );
    const [held] = rows;
    expect(held).toBeDefined();
    const forged = {
      work: { id: held?.id ?? "", lease: newId(), warehouse: target.warehouse, reader: held?.reader ?? "" },
      attempt: { attempt: newId(), lease: newId() },
    };
    expect(Object.keys(forged).sort()).toEqual(Object.keys(handlers).sort());
    const from = cluster.warehouse.logBytes;
    const queue = openQueue({ redisUrl: cluster.redisUrl, databaseUrl: cluster.databaseUrl });
    const jobs = Object.values(forged);
    try {
      await queue.enqueue(jobs);
      await expect.poll(() => queue.standing(jobs), { timeout: 60_000 }).toEqual(["gone", "gone"]);
    } finally {
      await queue.close();
    }
    expect(await cluster.ask("GET", `executions/${execution}`)).toMatchObject({ state: "queued" });
    // A worker signs in while it looks whether the lease holds: its session says who it is, is cleaned, and nothing of the job.
    const own = /statement: (rollback$|discard all$|select pid::text, backend_start::text, current_setting\()/;
    const cleaned = async () => (await work(from)).some((entry) => entry.endsWith("statement: discard all"));
    await expect.poll(cleaned, { timeout: 60_000 }).toBe(true);
    expect((await work(from)).filter((entry) => !own.test(entry))).toEqual([]);
  }, 120_000);

  it("of a schedule that fires, of any kind", async () => {
    const zone = "UTC";
    const alert = { column: "n", of: "first", is: "above", value: "0" };
    const told = (when: string) => ({ tellWhen: when, ...(when === "never" ? {} : { mailTo: [me] }) });
    const made = async (where: string, body: object) => String((await cluster.ask("POST", where, body)).id);
    const schedule = (where: string, body: object) => made(`${where}/triggers`, { when: "0 8 * * *", zone, ...body });
    const sql = "select n from events";
    const query = await made("queries", { warehouse: target.warehouse, title: "Scheduled", sql });
    const board = await made("boards", { title: "Scheduled", tiles: [{ id: "t1", kind: "query", query }] });
    const fired: string[] = [];
    for (const when of tellWhens) {
      const limit = when === "limit" ? { limit: alert } : {};
      const ofTile = when === "limit" ? { limit: { ...alert, tile: "t1" } } : {};
      fired.push(await schedule(`queries/${query}`, { ...told(when), ...limit }));
      fired.push(await schedule(`boards/${board}`, { ...told(when), ...ofTile }));
    }
    fired.push(await schedule(`queries/${query}`, { when: "2099-01-01T00:00:00Z" }));
    const { name: warehouse } = (await cluster.ask("GET", `warehouses/${target.warehouse}`)) as { name: string };
    const params = { warehouse, sql };
    const stages = [{ id: "read", operator: "sql-extract@1", params, outputs: { rows: "parquet" } }];
    // Each way in which a pipeline's document says when; the last two are not taken yet.
    const ways: Record<string, object> = {
      cron: { cron: "0 8 * * *", timezone: zone },
      at: { at: "2099-01-01T00:00:00Z" },
      after: { after: { all: ["nightly"] } },
      sensor: { sensor: { file: "x" } },
    };
    expect(triggerSchema.options.map(({ shape }) => Object.keys(shape)[0])).toEqual(Object.keys(ways));
    for (const [way, trigger] of Object.entries(ways)) {
      const body = { name: `by-${way}`, triggers: [trigger], stages };
      const { status } = await cluster.request("PUT", `pipelines/by-${way}`, { body });
      expect([way, status]).toEqual([way, ["cron", "at"].includes(way) ? 201 : 422]);
    }
    const { rows: ofPipelines } = await cluster.db.query<{ id: string }>(
      "select t.id from triggers t join pipelines p on p.id = t.pipeline_id where p.name like 'by-%'",
    );
    expect(ofPipelines).toHaveLength(2);
    fired.push(...ofPipelines.map(({ id }) => id));
    const { rows: kinds } = await cluster.db.query(
      `select column_name as kind, exists (select 1 from triggers t where id = any($1) and to_jsonb(t) ->> column_name <> '') as fired
       from information_schema.columns where table_name = 'triggers' and column_name like '%_id' and column_name <> 'owner_id'`,
      [fired],
    );
    expect(kinds.length).toBeGreaterThan(2);
    expect(kinds.filter((one) => !one.fired)).toEqual([]);

    const from = cluster.warehouse.logBytes;
    await cluster.db.query("update triggers set next_at = now() where id = any($1)", [fired]);
    const outcomes = async () => {
      const { rows } = await cluster.db.query<{ outcome: string; state: string }>(
        `select outcome, coalesce(e.state::text, a.state::text) as state from trigger_slots s
         left join trigger_runs r using (trigger_id, slot) left join executions e on e.id = r.execution_id
         left join run_stages a on a.run_id = s.run_id where trigger_id = any($1)`,
        [fired],
      );
      return rows.map(({ outcome, state }) => `${outcome}, ${state}`);
    };
    await expect.poll(outcomes, { timeout: 60_000 }).toEqual(fired.map(() => "ran, queued"));

    // An alert of an answer from before the pause is worked out of what is stored.
    const alerted = fired[2 * tellWhens.indexOf("limit")];
    await cluster.db.query(
      `with slot as (insert into trigger_slots (trigger_id, slot, outcome) values ($1, '2026-01-01', 'ran') returning *)
       insert into trigger_runs (trigger_id, slot, execution_id, position, query_id, parameters)
       select trigger_id, slot, $2, 0, $3, '{}' from slot`,
      [alerted, answered, query],
    );
    const met = async () => {
      const { rows } = await cluster.db.query(
        "select met from trigger_slots where trigger_id = $1 and slot < '2026-01-02'",
        [alerted],
      );
      return rows;
    };
    await expect.poll(met, { timeout: 60_000 }).toEqual([{ met: true }]);
    expect(await work(from)).toEqual([]);
  }, 240_000);

  it("of a worker that starts, or of any of its rounds", async () => {
    const from = cluster.warehouse.logBytes;
    // With no rule left but the pause itself, which the gate then asks in another way.
    await cluster.db.query("delete from limits");
    await cluster.db.query("update pauses set ended_at = now() where ended_at is null and kind <> 'everything'");
    const { rows: gates } = await cluster.db.query("select ruled, paused from warehouses where id = $1", [
      target.warehouse,
    ]);
    expect(gates).toEqual([{ ruled: false, paused: true }]);
    await made("executions", { warehouse: target.warehouse, sql: "select 'held by nothing else'" });
    const trigger = await made(`queries/${target.query}/triggers`, { when: "0 8 * * *", zone: "UTC" });
    await cluster.db.query("update triggers set next_at = now() where id = $1", [trigger]);
    const [worker] = cluster.workers;
    await worker?.end();
    // Each round goes once as a worker starts, and those that look often again and again.
    await worker?.start();
    await until("the schedule has fired", 20_000, async () => {
      const { rows } = await cluster.db.query("select 1 from trigger_slots where trigger_id = $1", [trigger]);
      return rows.length > 0;
    });
    const often = Math.max(...rounds.map(({ everyMs }) => everyMs).filter((ms) => ms <= 2_000));
    await new Promise((resolve) => setTimeout(resolve, 2 * often));
    expect(await work(from)).toEqual([]);
  }, 60_000);

  it("of an operator: its stage waits", async () => {
    const from = cluster.warehouse.logBytes;
    // A document names it.
    const { name: warehouse } = (await cluster.ask("GET", `warehouses/${target.warehouse}`)) as { name: string };
    const reads = { warehouse, sql: "select n from events" };
    const writes = { warehouse, table: "public.made", mode: "replace" };
    const given: Record<string, Partial<Stage>> = {
      "sql-extract": { params: reads, outputs: { rows: "parquet" } },
      "sql-transform": { params: { ...reads, table: "public.made", as: "table" } },
      "load-table": { params: writes, inputs: { rows: "extract.rows" } },
      "replicate-table": {
        params: { ...writes, mode: "full", source: warehouse, source_table: "public.events" },
      },
      "copy-query": {
        params: { source: warehouse, sql: reads.sql, warehouse, table: "public.made", existing: "replace" },
      },
      expect: {
        params: { warehouse, table: "public.events", checks: [{ kind: "row_count", least: 1 }] },
      },
      dbt: {
        params: { warehouse, url: "https://example.com/shop.git", schema: "public", command: "build", from: "git" },
      },
      bigquery: {
        params: { warehouse: await pausedBigQuery(), as: "table", sql: "select 1 as n", table: "mart.made" },
      },
    };
    const manifests = globSync("operators/*/operator.json", { cwd: root }).map(
      (file) => JSON.parse(readFileSync(path.join(root, file), "utf8")) as { id: string; connections?: object[] },
    );
    expect(manifests.flatMap(({ id, connections }) => (connections?.length ? id : [])).sort()).toEqual(
      Object.keys(given).sort(),
    );
    const extract = { id: "extract", operator: "sql-extract@1", ...given["sql-extract"] };
    for (const [id, stage] of Object.entries(given)) {
      const own = { id: "it", operator: `${id}@1`, ...stage };
      const stages = stage.inputs ? [extract, own] : [own];
      await cluster.ask("PUT", `pipelines/${id}`, { name: id, stages });
      const run = await made(`pipelines/${id}/runs`, {});
      expect(await cluster.ask("GET", `runs/${run}?wait=1`)).toMatchObject({ state: "running" });
      const { stages: now } = (await cluster.ask("GET", `runs/${run}`)) as { stages: { state: string }[] };
      expect(now[0]?.state, id).toBe("queued");
    }
    expect(await work(from)).toEqual([]);
  }, 60_000);
});

it("the control door says what its list has, and nothing else", async () => {
  const said = (await cluster.warehouse.entries(pausedAt)).filter((entry) => entry.includes(" [sluice control] "));
  const texts = said.flatMap((entry) => / (?:statement|execute \S+): ([\s\S]*)/.exec(entry)?.[1] ?? []);
  // An admin's test of a connection, and what the load page shows, were among the requests.
  expect(texts.length).toBeGreaterThan(0);
  for (const text of texts) {
    expect(text).toMatch(/^\s*(select|with)\s/i);
    expect(text).not.toMatch(/\bevents\b|pg_sleep|explain/i);
  }
});

it("all that was held runs once the warehouse is resumed", async () => {
  const from = cluster.warehouse.logBytes;
  const id = await made("executions", { warehouse: target.warehouse, sql: "select 'at last'" });
  await cluster.ask("PUT", `warehouses/${target.warehouse}/gate`, { paused: false });
  expect(await cluster.ended(id)).toMatchObject({ state: "succeeded" });
  // The witness was awake all the time.
  expect((await work(from)).join("\n")).toContain("at last");
}, 60_000);
