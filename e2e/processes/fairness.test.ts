import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster } from "./cluster";
import { until } from "./installation";

/**
 * Order, pauses and limits with everything real: processes, warehouse, and either queue. When a piece of work was given
 * its slot PostgreSQL says, so nothing here depends on how fast this machine is.
 */

const many = 1_000;
/** How many; `npm run test:faults` has 10,000. How fast pages are meanwhile is bench/flood.ts's to say. */
const flood = Number(process.env.FLOOD ?? 300);

interface Load {
  waiting: { position: number }[];
}

describe.each(["postgres", "redis"] as const)("with the queue on %s", (queue) => {
  const cluster = new Cluster(`fairness-${queue}`);
  let ana: { id: string; token: string };
  let ben: { id: string; token: string };
  let keys = 0;

  const submit = (sql: string, as?: string, lane?: string) =>
    cluster.submit(sql, `${queue} ${++keys}`, { ...(as ? { as } : {}), ...(lane ? { lane } : {}) });
  const gate = (values: object) => cluster.ask("PUT", `warehouses/${cluster.warehouseId}/gate`, values);
  /** One request stops what it comes to within 20 s, and says what it has left. */
  const stopAll = async () => {
    for (let left = 1; left > 0; ) {
      const asked = { of: "everything", reason: "the test is over" };
      const said = await cluster.ask("POST", `warehouses/${cluster.warehouseId}/stop`, asked);
      left = Number(said.left);
    }
  };
  const admittedOf = async (ids: string[]) => {
    const { rows } = await cluster.db.query<{ id: string }>(
      `select e.id from executions e join statements s on s.id = e.statement_id join work k on k.id = s.work_id
       where e.id = any($1) and k.admitted_at is not null order by k.admitted_at`,
      [ids],
    );
    return rows.map((row) => row.id);
  };
  const running = async (id: string) =>
    until("it runs", 30_000, async () => (await cluster.ask("GET", `executions/${id}`)).state === "running");
  const quiet = () =>
    until("nothing is left", 30_000, async () => {
      const { rows } = await cluster.db.query("select 1 from work where state <> 'done' limit 1");
      return rows.length === 0;
    });

  /** The first admin, in a browser. */
  async function signIn(): Promise<string> {
    const auth = `http://127.0.0.1:${cluster.webs[0]?.port}/api/auth`;
    const cookies = (answer: Response) =>
      answer.headers
        .getSetCookie()
        .map((one) => one.split(";", 1)[0])
        .join("; ");
    const csrf = await fetch(`${auth}/csrf`);
    const { csrfToken } = (await csrf.json()) as { csrfToken: string };
    const { rows } = await cluster.db.query<{ email: string }>("select email from users where role = 'admin'");
    const email = rows[0]?.email ?? "";
    const body = new URLSearchParams({ email, password: "a password for the tests", csrfToken, json: "true" });
    const headers = { cookie: cookies(csrf) };
    const answer = await fetch(`${auth}/callback/credentials`, { method: "POST", body, headers, redirect: "manual" });
    expect(cookies(answer)).toContain("sluice.session=");
    return cookies(answer);
  }

  beforeAll(async () => {
    await cluster.start({ webs: 1, workers: 2, queue });
    [ana, ben] = [await cluster.person("ana"), await cluster.person("ben")];
    await gate({ slots: 1, perUser: 0 });
  }, 240_000);
  afterAll(() => cluster.stop(), 60_000);

  it("a person with 1,000 waiting delays another's first query by no more than one running query", async () => {
    for (let n = 0; n < many; n += 50)
      await Promise.all(Array.from({ length: 50 }, (_, m) => submit(`select pg_sleep(0.2), ${n + m}`, ana.token)));
    const waiting = await cluster.ask("GET", `warehouses/${cluster.warehouseId}/load`);
    expect(Number(waiting.waitingTotal)).toBeGreaterThan(many / 2);
    const id = await submit("select 'the first of another'", ben.token);
    expect(await cluster.ended(id)).toMatchObject({ state: "succeeded" });
    // What got the slot between its coming and its turn: at most the one whose end was being written just then.
    const { rows } = await cluster.db.query<{ before: number }>(
      `select count(*)::int as before from work k, executions e join statements s on s.id = e.statement_id
         join work own on own.id = s.work_id
       where e.id = $1 and k.user_id = $2 and k.admitted_at > own.queued_at and k.admitted_at < own.admitted_at`,
      [id, ana.id],
    );
    expect(rows[0]?.before).toBeLessThanOrEqual(1);
    await stopAll();
    await quiet();
  }, 120_000);

  it("a flood of submissions leaves the pages answering, and none of them is refused", async () => {
    // What an earlier try has left, if it failed.
    await stopAll();
    await quiet();
    const cookie = await signIn();
    const holder = await submit("select pg_sleep(600), 'holds the slot'");
    await running(holder);
    const left = Array.from({ length: flood }, (_, n) => n);
    const ids: string[] = [];
    // A program asks once, and takes what it is told.
    const client = async () => {
      for (let n = left.pop(); n !== undefined; n = left.pop()) {
        const body = { warehouse: cluster.warehouseId, sql: `select ${n}, 'flood'` };
        const answer = await cluster.request("POST", "executions", { body, as: ana.token });
        const said = (await answer.json()) as { id: string };
        expect(answer.status, JSON.stringify(said)).toBe(202);
        ids.push(said.id);
      }
    };
    const load = `/api/v1/warehouses/${cluster.warehouseId}/load`;
    const asked = ["/api/v1/health", "/api/v1/ready", load, "/", "/executions", "/admin/load", `/executions/${holder}`];
    let seen = 0;
    const reader = async (under: () => boolean) => {
      do {
        for (const where of asked) {
          const answer = await fetch(`http://127.0.0.1:${cluster.webs[0]?.port}${where}`, {
            headers: { cookie },
            redirect: "manual",
            signal: AbortSignal.timeout(60_000),
          });
          const text = await answer.text();
          expect([where, answer.status], text.slice(0, 300)).toEqual([where, 200]);
          seen++;
        }
        // People read what they asked for: without a break, pages alone take the time of a small machine.
        if (under()) await sleep(1_000);
      } while (under());
    };
    const clients = Promise.all(Array.from({ length: 16 }, client));
    await Promise.all([clients, reader(() => left.length > 0)]);
    expect(seen).toBeGreaterThanOrEqual(asked.length);
    expect(new Set(ids).size).toBe(flood);

    // All of them wait, and pages say so.
    await reader(() => false);
    const view = (await cluster.ask("GET", `warehouses/${cluster.warehouseId}/load`)) as unknown as Load;
    expect(view).toMatchObject({ waitingTotal: flood, used: 1, running: [{ executionId: holder, state: "running" }] });
    expect(view.waiting.map(({ position }) => position)).toEqual(view.waiting.map((_, n) => n + 1));
    const last = String(ids.at(-1));
    expect(await cluster.ask("GET", `executions/${last}`)).toMatchObject({ state: "queued" });
    await stopAll();
    await quiet();
    expect(await cluster.ask("GET", `executions/${last}`)).toMatchObject({ state: "cancelled" });
  }, 900_000);

  it("lanes keep their precedence, and backfill that has waited long enough comes before all that came later", async () => {
    const first = await submit("select pg_sleep(1.5), 'holds the slot'");
    await running(first);
    const ids = [];
    for (const lane of ["backfill", "scheduled", "api", "interactive"])
      ids.push(await submit(`select '${lane}'`, undefined, lane));
    const old = await submit("select 'an old backfill'", ben.token, "backfill");
    await cluster.db.query(
      `update work set queued_at = queued_at - interval '15 minutes' where id =
       (select s.work_id from statements s join executions e on e.statement_id = s.id where e.id = $1)`,
      [old],
    );
    for (const id of [...ids, old]) expect(await cluster.ended(id)).toMatchObject({ state: "succeeded" });
    const [backfill, scheduled, api, interactive] = ids;
    // The old one shares the first lane with the interactive one, and its person has had no turn as late as the other's.
    expect(await admittedOf([...ids, old])).toEqual([old, interactive, api, scheduled, backfill]);
  }, 60_000);

  it("pauses and limits hold over a kill -9 of everything", async () => {
    await gate({ slots: 4 });
    const pause = await cluster.ask("POST", "pauses", {
      ...{ warehouse: cluster.warehouseId, of: "person", targets: [ben.id], reason: "over a restart" },
    });
    await cluster.ask("PUT", "limits", { scope: "person", id: ana.id, name: "running", value: 1 });
    const held = await submit("select 'held'", ben.token);
    const two = [await submit("select pg_sleep(4), 1", ana.token), await submit("select pg_sleep(0.1), 2", ana.token)];
    await running(String(two[0]));
    await Promise.all([...cluster.webs, ...cluster.workers].map((one) => one.kill()));
    if (queue === "redis") {
      await cluster.killRedis();
      await cluster.startRedis();
    }
    await Promise.all([...cluster.webs, ...cluster.workers].map((one) => one.start()));
    expect(await cluster.ask("GET", `executions/${held}`)).toMatchObject({
      state: "queued",
      waiting: { heldBy: "pause", reason: expect.stringContaining("over a restart") },
    });
    // One that ran with the workers is taken over; the other had its turn only after it.
    expect(await cluster.ended(String(two[0]))).toMatchObject({ state: "failed", error: { code: "worker_lost" } });
    expect(await cluster.ended(String(two[1]))).toMatchObject({ state: "succeeded" });
    const { rows } = await cluster.db.query<{ apart: boolean }>(
      `select max(k.admitted_at) >= min(k.ended_at) as apart from work k join statements s on s.work_id = k.id
       join executions e on e.statement_id = s.id where e.id = any($1)`,
      [two],
    );
    expect(rows).toEqual([{ apart: true }]);
    await cluster.ask("DELETE", `pauses/${pause.id}`);
    expect(await cluster.ended(held)).toMatchObject({ state: "succeeded" });
  }, 90_000);
});
