import type pg from "pg";
import type { Line } from "./line";
import { inOwnDatabase } from "./own-database";
import { spread, timed } from "./stats";

/**
 * What people look for in the history: words and parts of words that many texts have, or one; an id; phrases of common
 * parts; common parts that stand nowhere together, and letters that stand nowhere.
 */
const searches = [
  ...["learners", "4999999", "no such words anywhere", "kind", "group by 1", "97", "refunds where id = 48"],
  ...["payments where id = 12345", "enrolments, count", "country refunds", "group by 2", "md", "zz"],
];

const filters = ["", "state=succeeded", "state=cancelled", "user=me", "user=me&q=refunds", "warehouse=nowhere"];

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/** The first ten characters of an id that was made so many seconds after the first one (lib/platform/ids.ts). */
const timeOfId = Array.from(
  { length: 10 },
  (_, at) => `substr('${alphabet}', 1 + (ms >> ${45 - at * 5} & 31)::integer, 1)`,
).join(" || ");

/** One execution a second, each with a text of its own, ten of them to a statement. */
async function seed(client: pg.Client, count: number): Promise<void> {
  await client.query("set synchronous_commit = off; set maintenance_work_mem = '1GB'");
  await client.query("set session_replication_role = replica");
  const { rows } = await client.query<{ definition: string }>(
    "select pg_get_indexdef('executions_sql_trgm'::regclass) as definition",
  );
  await client.query("drop index executions_sql_trgm");
  await client.query(
    `
    create temp table first as select e.warehouse_id, e.user_id, s.work_id, s.reader_id,
      now() - interval '1 day' - $1 * interval '1 second' as at
      from executions e join statements s on s.id = e.statement_id where e.state = 'succeeded' limit 1`.replace(
      "$1",
      String(count),
    ),
  );
  await client.query(`
    insert into statements (id, work_id, warehouse_id, reader_id, sql, state, queued_at, started_at, finished_at, row_count)
      select 'bench-' || n, work_id, warehouse_id, reader_id, 'select ' || n, 'succeeded', at, at, at, 5
      from first, generate_series(1, ${count / 10}) n`);
  const step = Math.min(count, 500_000);
  for (let from = 0; from < count; from += step) {
    await client.query(`
      insert into executions (id, statement_id, warehouse_id, user_id, lane, sql, state, submitted_at, finished_at)
      select ${timeOfId} || lpad(n::text, 16, '0'), 'bench-' || 1 + n % ${count / 10}, warehouse_id, user_id, 0,
        format('select %s, count(*) from %s where id = %s and kind = ''%s'' group by 1',
          (array['country', 'plan', 'device', 'city', 'amount', 'course_id'])[1 + n % 6],
          (array['learners', 'events', 'enrolments', 'courses', 'payments', 'refunds', 'sessions'])[1 + n % 7],
          n, md5((n % 997)::text)),
        'succeeded', done, done
      from (select *, at + n * interval '1 second' as done,
          (extract(epoch from at + n * interval '1 second') * 1000)::bigint as ms
        from first, generate_series(${from + 1}, ${from + step}) n)`);
  }
  await client.query(rows[0]?.definition ?? "");
  await client.query("vacuum analyze executions");
  await client.query("vacuum analyze statements");
}

/** One statement by the bare driver, without a time and without asking who may see it. */
const plain = `select id, left(sql, 2000) from executions where state in ('succeeded', 'failed', 'cancelled') and sql ilike $1
  order by id desc limit 51`;

/** The search over the history, as its page and the palette ask it. */
export const search: Line = {
  name: "search",
  async measure({ sluice, product, warehouse, quick }) {
    await sluice.json("POST", "/api/v1/executions?wait=30", { warehouse, sql: "select 'the first'" });
    const count = quick ? 50_000 : 5_000_000;
    const floor = await inOwnDatabase({ sluice, product }, async (client) => {
      await seed(client, count);
      const samples: number[] = [];
      for (const q of searches) samples.push(...(await timed(quick ? 1 : 3, () => client.query(plain, [`%${q}%`]))));
      return spread(samples);
    });
    const times = quick ? 2 : 10;
    const ask = async (path: string) =>
      (await sluice.json<{ items: { id: string }[]; next: string | null }>("GET", `/api/v1/executions?${path}`)).body;
    const one: number[] = [];
    for (const q of searches) {
      const took = await timed(times, () => ask(`q=${encodeURIComponent(q)}`), 1);
      console.error(`  ${q}: ${Math.round(spread(took).p50)} ms`);
      one.push(...took);
    }
    const filtered: number[] = [];
    const month = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    for (const filter of [...filters, `from=${month(3)}&to=${month(2)}`, `from=${month(31)}&to=${month(30)}`]) {
      filtered.push(...(await timed(times, () => ask(filter), 1)));
    }
    const whole: number[] = [];
    for (const q of searches) {
      const from = performance.now();
      let cursor: string | null = "";
      do {
        const page: Awaited<ReturnType<typeof ask>> = await ask(
          `far=true&q=${encodeURIComponent(q)}${cursor ? `&cursor=${cursor}` : ""}`,
        );
        cursor = page.items.length > 0 ? null : page.next;
      } while (cursor);
      console.error(`  ${q}, to the end: ${Math.round(performance.now() - from)} ms`);
      whole.push(performance.now() - from);
    }
    const of = count.toLocaleString("en");
    const line = (what: string, samples: number[], target: number | null) => {
      const { p50, p95 } = spread(samples);
      const met = target === null ? null : p95 <= target;
      return { what, unit: "ms" as const, ours: p50, ours95: p95, target: target ? `p95 <= ${target}` : "", met };
    };
    return [
      { ...line(`a look for a text among ${of} executions`, one, 100), floor: floor.p50, floor95: floor.p95 },
      line("filters over them", filtered, 100),
      line("further looks, to a first hit or to the very end", whole, null),
    ];
  },
};
