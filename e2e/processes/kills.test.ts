import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Cluster } from "./cluster";
import { until } from "./installation";

/**
 * An admin's kill of somebody else's running statement, told by the warehouse's own log: whatever the statement or the
 * wire does against it, `cancelled` is written after the server has ended it there, and never before.
 */

const cluster = new Cluster("kills");
const { warehouse } = cluster;
let ana: { id: string; token: string };
let marks = 0;

beforeAll(async () => {
  await cluster.start({ webs: 1, workers: 1 });
  ana = await cluster.person("ana");
  // Cancelling alone does nothing to it: it must be terminated.
  await warehouse.prepare(`
    create or replace function stubborn() returns int language plpgsql as $$
    begin
      loop
        begin
          perform pg_sleep(300);
        exception when query_canceled then
          raise log 'stubborn goes on';
        end;
      end loop;
    end $$`);
  // Every step of a state, in the order in which it was written.
  await cluster.db.query(`
    create table steps (n bigint generated always as identity, of text, id text, state text);
    create function step() returns trigger language plpgsql security definer as $$
    begin
      insert into public.steps (of, id, state) values (tg_table_name, new.id, new.state);
      return null;
    end $$;
    create trigger step after update of state on statements for each row when (old.state <> new.state) execute function step();
    create trigger step after update of state on executions for each row when (old.state <> new.state) execute function step();`);
}, 240_000);
afterEach(() => warehouse.wire.heal());
afterAll(() => cluster.stop(), 60_000);

/** How the warehouse's server process ended it. */
interface Killed {
  error: string | null;
  pid: number;
}

/** Has Ana run it, kills it as the admin, and holds both books against each other. */
async function kill(what: string): Promise<Killed> {
  const mark = `kill ${process.pid} ${++marks}`;
  const reason = `too hot for ${mark}`;
  const id = await cluster.submit(`select '${mark}' as mark, ${what}`, mark, { as: ana.token });
  const said = async () => (await warehouse.said(new RegExp(`'(${mark})'`))).get(mark);
  await until("the warehouse runs it", 30_000, async () => (await said())?.started === 1);
  const body = { of: "execution", targets: [id], reason };
  expect(await cluster.ask("POST", `warehouses/${cluster.warehouseId}/stop`, body)).toMatchObject({ stopped: 1 });
  await cluster.ended(id);
  expect(await warehouse.runs(mark)).toBe(false);
  const seen = await cluster.ask("GET", `executions/${id}`, undefined, { as: ana.token });
  expect(seen).toMatchObject({ state: "cancelled", stopReason: reason, error: null });
  const { rows } = await cluster.db.query<{ statement: string; work: string; written: number; asked: number }>(
    `select s.id as statement, k.state as work, extract(epoch from s.finished_at)::float8 * 1000 as written,
       (select extract(epoch from a.at)::float8 * 1000 from audit_entries a where a.action = 'execution.cancel'
         and a.object = 'execution:' || e.id and a.detail ->> 'reason' = $2 and a.user_id <> e.user_id) as asked
     from executions e join statements s on s.id = e.statement_id join work k on k.id = s.work_id where e.id = $1`,
    [id, reason],
  );
  const [{ statement, work, written, asked } = { statement: "", work: "", written: 0, asked: null }] = rows;
  expect(work).toBe("done");
  expect(asked, "the audit log says who did it, to whose, and why").not.toBeNull();
  const steps = async (of: string, one: string) =>
    (
      await cluster.db.query<{ state: string }>("select state from steps where of = $1 and id = $2 order by n", [
        of,
        one,
      ])
    ).rows.map(({ state }) => state);
  expect(await steps("statements", statement)).toEqual(["running", "cancelling", "cancelled"]);
  expect(await steps("executions", id)).toEqual(["cancelling", "cancelled"]);
  const found = await said();
  expect(found).toMatchObject({ started: 1, through: 0, to: expect.any(Number) });
  const { to, error = null, pid = 0 } = found ?? {};
  process.stdout.write(`${what}: ms from the kill to its confirmation: ${Math.round(written - Number(asked))}\n`);
  // Both servers have this machine's clock, and the log its whole milliseconds.
  expect(Math.ceil(written)).toBeGreaterThanOrEqual(Number(to));
  // The slot is free, and the way to the warehouse too.
  expect(await cluster.ended(await cluster.submit("select 'after'", `after ${mark}`, { as: ana.token }))).toMatchObject(
    {
      state: "succeeded",
    },
  );
  return { error, pid };
}

it("ends what sleeps by cancelling it", async () => {
  const { error } = await kill("pg_sleep(300)");
  expect(error).toContain("canceling statement due to user request");
}, 120_000);

it("ends what catches every cancel by terminating it", async () => {
  const from = warehouse.logBytes;
  const { error, pid } = await kill("stubborn()");
  expect(error).toContain("terminating connection due to administrator command");
  const own = (await warehouse.entries(from)).filter((entry) => entry.startsWith(`${pid} `));
  const at = (words: string) => own.findIndex((entry) => entry.includes(words));
  // It was asked first, and would not.
  expect(at("stubborn goes on")).toBeGreaterThan(-1);
  expect(at("stubborn goes on")).toBeLessThan(at("terminating connection"));
}, 120_000);

it("ends what a wire keeps every cancel from by terminating it", async () => {
  const before = warehouse.wire.swallowed;
  warehouse.wire.swallowCancels();
  const { error } = await kill("pg_sleep(301)");
  expect(error).toContain("terminating connection due to administrator command");
  expect(warehouse.wire.swallowed).toBeGreaterThan(before);
}, 120_000);
