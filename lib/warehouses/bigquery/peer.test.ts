import { describe, expect, it } from "vitest";
import { scriptedBigQuery } from "@/lib/testing/scripted-bigquery";
import { failure, keepingSink, sessionOptions } from "@/lib/warehouses/conformance";
import { createAdapter } from "./adapter";
import { emulated } from "./subject";

/** Against a scripted peer, written from the public reference: what the emulator cannot show. */

const at = scriptedBigQuery();
const { adapter, run, inserts } = at;

/** A job that runs until it is ended from outside. */
async function slow() {
  at.peer.script["select slow"] = { slow: true };
  const session = await adapter.acquire(at.connection);
  await session.begin({ ...sessionOptions, applicationName: "sluice 01work" });
  const running = session.run({ sql: "select slow", values: [], limit: null }, keepingSink());
  const ended = running.then(
    () => null,
    (error: unknown) => error,
  );
  await at.peer.running();
  return { session, running, ended };
}

describe("a job", () => {
  it("carries our ids, the limits and the session's zone", async () => {
    at.connection = emulated(at.peer.endpoint, { location: "EU", maximumBytesBilled: 5_000_000 });
    const session = await adapter.acquire(at.connection);
    await session.begin({ ...sessionOptions, applicationName: "sluice 01WORK.x", timeZone: "Asia/Tokyo" });
    await session.run({ sql: "select 1", values: [], limit: null }, keepingSink());
    const [insert] = inserts();
    expect(insert?.body).toMatchObject({
      jobReference: { projectId: "demo", location: "EU", jobId: expect.stringMatching(/^sluice_[0-9a-z]+_0$/) },
      configuration: {
        labels: { application: "sluice", sluice_work: "01work_x" },
        jobTimeoutMs: "20000",
        query: {
          query: "select 1",
          useLegacySql: false,
          maximumBytesBilled: "5000000",
          connectionProperties: [{ key: "time_zone", value: "Asia/Tokyo" }],
        },
      },
    });
    expect(insert?.authorization).toBeUndefined();
  });

  it("is not sent where no bytes are left, which the service would take for no limit", async () => {
    at.connection = emulated(at.peer.endpoint, {});
    const session = await adapter.acquire(at.connection);
    await session.begin(sessionOptions);
    const request = { sql: "select 1", values: [], limit: null, maximumBytes: 0 };
    await expect(session.run(request, keepingSink())).rejects.toMatchObject({ detail: { code: "over_bytes" } });
    expect(inserts()).toEqual([]);
  });

  it("says what it took", async () => {
    at.peer.script["select big"] = { bytes: 123_456_789 };
    expect(await run("select big")).toMatchObject({
      csv: "1\n",
      cost: { bytesProcessed: 123_456_789, bytesBilled: 123_456_789, slotMs: 1200, cached: false },
    });
  });

  it("is not run where its dry run says that it is no query", async () => {
    for (const [sql, statementType] of [
      ["select * from f()", "SCRIPT"],
      ["with x as (select 1) select * from x", "CREATE_TABLE_AS_SELECT"],
    ] as const) {
      at.peer.script[sql] = { statementType };
      expect(await failure(run(sql)), sql).toMatchObject({ code: "write_refused" });
    }
    expect(inserts()).toEqual([]);
  });

  it("is stopped by whoever holds its name, also from another process", async () => {
    const { session, ended } = await slow();
    const other = createAdapter();
    expect(await other.isActive(at.connection, session.backend, "sluice 01work")).toBe(true);
    expect(await other.load(at.connection)).toMatchObject({ active: 1, waiting: 0, foreign: 0 });
    expect(await other.stop(at.connection, session.backend, "sluice 01work", 100)).toBe(true);
    expect(await failure(Promise.reject(await ended))).toMatchObject({ code: "stopped" });
    expect(await other.isActive(at.connection, session.backend, "sluice 01work")).toBe(false);
    expect(await other.stop(at.connection, { pid: null, start: "US/sluice_never" }, "sluice x", 100)).toBe(true);
  });

  it("is waited for while it runs, and answers when it ends", async () => {
    const { session, running } = await slow();
    const polls = () => at.peer.requests.filter(({ line }) => line === "GET /queries/{id}").length;
    await expect.poll(polls, { timeout: 10_000 }).toBeGreaterThan(2);
    at.peer.finish();
    expect(await running).toMatchObject({ rowCount: 1, path: "job" });
    await session.release();
  });

  it("is cancelled when its session is destroyed", async () => {
    const { session, ended } = await slow();
    session.destroy();
    await expect.poll(() => [...at.peer.jobs.values()].map(({ state }) => state)).toEqual(["DONE"]);
    expect(await failure(Promise.reject(await ended))).toMatchObject({ code: "stopped" });
  });

  it("is one of several in a batch, and the one that runs is found behind those that ended", async () => {
    at.peer.script["select slow"] = { slow: true };
    const session = await adapter.acquire(at.connection);
    await session.begin(sessionOptions);
    const run = (sql: string) => session.run({ sql, values: [], limit: null }, keepingSink());
    await run("select 1");
    await run("select 2");
    const third = run("select slow").catch((error: unknown) => error);
    await at.peer.running();
    expect([...at.peer.jobs.keys()].map((id) => id.replace(/^sluice_[^_]+/, ""))).toEqual(["_0", "_1", "_2"]);
    expect(await createAdapter().stop(at.connection, session.backend, "sluice x", 100)).toBe(true);
    expect(await failure(Promise.reject(await third))).toMatchObject({ code: "stopped" });
  });

  it("that the service forgot is said so", async () => {
    const { ended } = await slow();
    at.peer.jobs.clear();
    const detail = await failure(Promise.reject(await ended));
    expect(detail).toMatchObject({
      code: "notFound",
      message: expect.stringContaining("does not know this statement's job"),
    });
  });

  it("that times out in the service is a timeout", async () => {
    at.peer.script["select long"] = {
      failed: { reason: "stopped", message: "Job execution was cancelled: Job timed out after 20s" },
    };
    expect(await failure(run("select long"))).toMatchObject({ code: "timeout" });
  });

  it("that would be billed for too much says who set the limit", async () => {
    const message = "Query exceeded limit for bytes billed: 5000000. 10485760 or higher required.";
    at.peer.script["select much"] = { failed: { reason: "bytesBilledLimitExceeded", message } };
    expect(await failure(run("select much"))).toMatchObject({
      code: "bytes_limit",
      message: expect.stringMatching(/10485760 or higher required\. An admin set this limit/),
    });
  });
});

describe("parameters", () => {
  it("have the types that the statement asks for", async () => {
    const sql = "select @p1, @p2, @p3";
    const undeclared = [
      { name: "p1", parameterType: { type: "INT64" } },
      { name: "p2", parameterType: { type: "ARRAY", arrayType: { type: "DATE" } } },
    ];
    at.peer.script[sql] = { undeclared };
    const session = await adapter.acquire(at.connection);
    await session.begin(sessionOptions);
    const values = ["7", ["2026-01-01", "2026-01-02"], null];
    await session.run({ sql, values, limit: null }, keepingSink());
    expect(inserts()[0]?.body.configuration?.query.queryParameters).toEqual([
      { ...undeclared[0], parameterValue: { value: "7" } },
      { ...undeclared[1], parameterValue: { arrayValues: [{ value: "2026-01-01" }, { value: "2026-01-02" }] } },
      { name: "p3", parameterType: { type: "STRING" }, parameterValue: { value: null } },
    ]);
  });
});

describe("an error's place", () => {
  it.each([
    ["select a,\n  nope\nfrom t", "Unrecognized name: nope at [2:3]", 2, 3],
    ["select '😀', nope", "Unrecognized name: nope at [1:13]", 1, 14],
    ["select\t1,\tnope", "Unrecognized name: nope at [1:17]", 1, 11],
  ])("of %j is the person's own", async (sql, message, line, column) => {
    at.peer.script[sql] = { refused: { reason: "invalidQuery", message } };
    expect(await failure(run(sql))).toEqual({ code: "invalidQuery", message: "Unrecognized name: nope", line, column });
  });
});

describe("rows", () => {
  const many = Array.from({ length: 25 }, (_, at) => [String(at)]);

  it("come page by page, each asked for once", async () => {
    at.peer.script["select many"] = { rows: many, pageSize: 10 };
    expect(await run("select many")).toMatchObject({ rowCount: 25, truncated: false });
    const pages = at.peer.requests.filter(({ line }) => line === "GET /queries/{id}");
    expect(pages.map(({ query }) => query.get("pageToken"))).toEqual([null, "10", "20"]);
    expect(pages.every(({ query }) => query.get("formatOptions.useInt64Timestamp") === "true")).toBe(true);
  });

  it("over the limit are not fetched", async () => {
    at.peer.script["select many"] = { rows: many, pageSize: 10 };
    expect(await run("select many", [], 12)).toMatchObject({ rowCount: 12, truncated: true });
    const pages = at.peer.requests.filter(({ line }) => line === "GET /queries/{id}");
    expect(pages.map(({ query }) => query.get("maxResults"))).toEqual(["12", "2"]);
  });

  it("that are fewer than the service counts are no answer", async () => {
    at.peer.script["select many"] = { rows: many, pageSize: 10, totalRows: 26 };
    expect(await failure(run("select many"))).toMatchObject({
      code: "connection",
      message: expect.stringContaining("counts 26 rows and sent 25"),
    });
  });

  it("keep NUMERIC and BIGNUMERIC digit by digit, in structs too", async () => {
    const big = "9999999999999999999999999999.999999999";
    at.peer.script["select n"] = {
      fields: [
        { name: "n", type: "NUMERIC" },
        { name: "b", type: "BIGNUMERIC" },
        {
          name: "s",
          type: "RECORD",
          fields: [
            { name: "n", type: "NUMERIC" },
            { name: "m", type: "NUMERIC" },
          ],
        },
        { name: "f", type: "FLOAT" },
        { name: "g", type: "GEOGRAPHY" },
        { name: "y", type: "BYTES" },
      ],
      rows: [[big, `-${big}9`, { f: [{ v: big }, { v: "0.5" }] }, "NaN", "POINT(1 2)", "/wA="]],
    };
    const { csv, columns } = await run("select n");
    expect(csv).toBe(`${big},-${big}9,"{""n"":""${big}"",""m"":0.5}",NaN,POINT(1 2),/wA=\n`);
    expect(columns.map(({ type }) => type)).toEqual([
      "numeric",
      "numeric",
      "json",
      "double precision",
      "GEOGRAPHY",
      "BYTES",
    ]);
  });
});

describe("a service that has too much to do", () => {
  it("is asked again after the time it names", async () => {
    at.peer.next(
      "POST /jobs",
      { status: 429, reason: "rateLimitExceeded", retryAfter: 0 },
      { status: 503, reason: "backendError", retryAfter: 0 },
    );
    at.peer.next(
      "GET /queries/{id}",
      { status: 403, reason: "rateLimitExceeded", retryAfter: 0 },
      { status: 500, reason: "internalError" },
    );
    expect((await run("select 1")).csv).toBe("1\n");
    expect(at.peer.jobs.size).toBe(1);
  });

  it("is believed when it goes on saying so", async () => {
    const busy = { status: 403, reason: "rateLimitExceeded", message: "Exceeded rate limits.", retryAfter: 0 };
    at.peer.next("POST /jobs", ...Array(20).fill(busy));
    expect(await failure(run("select 1"))).toMatchObject({
      code: "rate_limited",
      message: expect.stringContaining("Exceeded rate limits."),
    });
  });

  it("is not asked again for what it refused", async () => {
    at.peer.next("POST /jobs", { status: 403, reason: "accessDenied", message: "Access Denied: Project demo" });
    expect(await failure(run("select 1"))).toEqual({ code: "accessDenied", message: "Access Denied: Project demo" });
    expect(at.peer.requests).toHaveLength(1);
  });

  it("runs a job once when the answer to its insert is lost", async () => {
    // The dry run goes through; the insert behind it acts, and hangs up.
    at.peer.next("POST /jobs", "own", "lost");
    expect((await run("select 1")).csv).toBe("1\n");
    expect(at.peer.jobs.size).toBe(1);
  });
});

describe("the load of a project", () => {
  it("is that of this account where it may not see others", async () => {
    await slow();
    at.peer.next("GET /jobs", { status: 403, reason: "accessDenied" });
    expect(await adapter.load(at.connection)).toMatchObject({ active: 1, waiting: 0, foreign: 0 });
    const asked = at.peer.requests.filter(({ line }) => line === "GET /jobs");
    expect(asked.map(({ query }) => query.get("allUsers"))).toEqual(["true", "false"]);
    expect(asked[0]?.query.getAll("stateFilter")).toEqual(["running", "pending"]);
    at.peer.finish();
  });
});

describe("jobs of others", () => {
  const theirs = (state: "PENDING" | "RUNNING", slotMs = 0) =>
    at.peer.jobs.set(`bquxjob_${state}`, {
      ...{ id: `bquxjob_${state}`, location: "EU", state, error: null, user: "bo@example.com", slotMs },
      ...{ startedAt: Date.now() - 10_000, configuration: { query: { query: "select * from large" } } },
    } as never);

  it("count in the load with the slots that they use, and are listed without ours", async () => {
    await slow();
    theirs("RUNNING", 200_000);
    theirs("PENDING");
    const load = await adapter.load(at.connection);
    expect(load).toMatchObject({ active: 2, waiting: 1, foreign: 1, whole: true, engineSlots: 20 });
    expect(load.oldestSeconds).toBeGreaterThanOrEqual(10);
    expect(await adapter.foreignSessions(at.connection)).toMatchObject([
      { id: "EU/bquxjob_RUNNING", user: "bo@example.com", state: "running", sql: "select * from large", mayEnd: true },
      { id: "EU/bquxjob_PENDING", waitsFor: "slots" },
    ]);
    at.peer.finish();
  });

  it("are cancelled where the account may, and ours never", async () => {
    const { session } = await slow();
    theirs("RUNNING");
    const [own] = at.peer.jobs.keys();
    expect(await adapter.endForeign(at.connection, `US/${own}`)).toBe("gone");
    expect(await adapter.isActive(at.connection, session.backend, "sluice 01work")).toBe(true);
    at.peer.next("POST /jobs/{id}/cancel", { status: 403, reason: "accessDenied" });
    expect(await adapter.endForeign(at.connection, "EU/bquxjob_RUNNING")).toBe("refused");
    expect(await adapter.endForeign(at.connection, "EU/bquxjob_RUNNING")).toBe("ended");
    expect(await adapter.endForeign(at.connection, "EU/bquxjob_RUNNING")).toBe("gone");
    expect(await adapter.endForeign(at.connection, "nonsense")).toBe("gone");
    at.peer.finish();
  });
});
