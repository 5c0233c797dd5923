import type { Line } from "./line";
import { inOwnDatabase } from "./own-database";
import { spread, timed } from "./stats";

/** What people type: words that all texts have, that some have and none, parts of words, owners, teams and tables. */
const searches = [
  ...["refunds", "daily learners", "select", "fact_77", "amount_500 refunds", "churn by city", "a1b2", "zz", "e"],
  ...["person 49", "growth revenue", "nothinglikethis", "sales.fact_1999", "select from where", "growth", "2019"],
  ...["weekly churn 4711", "ab", "date_trunc select sum", "qq qq", "tag7 country", "order by 1 desc nothere"],
];

/** 100,000 saved queries of 300 people, some 1.2 kB of text each. */
const seed = (count: number) => `
  insert into users (id, email, name, role)
    select 'bench-person-' || i, 'person' || i || '@bench.example', 'Person ' || i, 'editor' from generate_series(1, 300) i;
  insert into teams (id, name) values ('bench-growth', 'Growth');
  insert into queries (id, title, description, warehouse_id, sql, tags, tables, owner_id, team_id, updated_at)
  select lpad(i::text, 26, '0'),
    (array['Daily', 'Weekly', 'Monthly', 'Net', 'Gross', 'Active'])[1 + i % 6] || ' '
      || (array['learners', 'revenue', 'refunds', 'churn', 'orders', 'sessions', 'signups', 'tickets'])[1 + i / 6 % 8]
      || ' by ' || (array['country', 'course', 'plan', 'channel', 'city', 'device'])[1 + i / 48 % 6] || ' ' || i,
    'Counts what ' || md5(i::text) || ' asked for in ' || 2015 + i % 11,
    (select id from warehouses order by id limit 1),
    'select date_trunc(''day'', e.at) as day, sum(amount_' || i % 997 || ') from sales.fact_' || i % 2000
      || ' e join public.dim_' || i % 313 || ' d on d.id = e.dim_id where e.kind = ''' || md5((i * 3)::text)
      || ''' group by 1 order by 1 -- ' || repeat(md5((i * 7)::text) || ' ', 25),
    array['tag' || i % 50], array['sales.fact_' || i % 2000, 'public.dim_' || i % 313],
    'bench-person-' || 1 + i % 300, case when i % 20 = 0 then 'bench-growth' end, now() - i * interval '1 minute'
  from generate_series(1, ${count}) i`;

/** The search over saved queries, as the finder and the palette ask it. */
export const find: Line = {
  name: "find",
  async measure({ sluice, product, quick }) {
    await inOwnDatabase({ sluice, product }, async (client) => {
      await client.query(seed(quick ? 5_000 : 100_000));
      await client.query("vacuum analyze queries");
    });
    const samples: number[] = [];
    for (const q of searches) {
      const ask = () => sluice.json("GET", `/api/v1/queries?limit=50&q=${encodeURIComponent(q)}`);
      samples.push(...(await timed(quick ? 2 : 10, ask, 1)));
    }
    const { p50, p95 } = spread(samples);
    const what = "search over 100,000 saved queries";
    return [{ what, unit: "ms", ours: p50, ours95: p95, target: "p95 <= 100", met: p95 <= 100 }];
  },
};
