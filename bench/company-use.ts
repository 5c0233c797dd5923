import type pg from "pg";

/** As counted, day by day: what 300 people ran of 200 saved queries and 400 tables in a year, each fifteen and eight a day. */
const seed = (people: number, days: number) => `
  insert into users (id, email, name, role)
    select 'bench-user-' || i, 'user' || i || '@bench.example', 'User ' || i, 'editor' from generate_series(1, ${people}) i;
  insert into queries (id, title, warehouse_id, sql, owner_id)
    select lpad(i::text, 26, 'q'), 'Query ' || i, (select id from warehouses where name = 'bench'), 'select ' || i,
      'bench-user-' || 1 + i % ${people} from generate_series(1, 200) i;
  insert into usage_days (day, user_id, source, warehouse_id, query_id, executions, failed, seconds, bytes)
    select current_date - d, 'bench-user-' || u, (array['page', 'api', 'schedule'])[1 + q % 3], w.id,
      case when q % 5 = 0 then '' else lpad((1 + (u * 7 + q * 13 + d) % 200)::text, 26, 'q') end, 1 + q, 0, q * 0.7, q * 1000
    from generate_series(0, ${days}) d, generate_series(1, ${people}) u, generate_series(1, 15) q, warehouses w
    where w.name = 'bench' on conflict do nothing;
  insert into usage_tables (day, user_id, source, warehouse_id, table_name, executions)
    select current_date - d, 'bench-user-' || u, (array['page', 'api'])[1 + t % 2], w.id, 'sales.fact_' || (u * 3 + t * 17 + d) % 400, t
    from generate_series(0, ${days}) d, generate_series(1, ${people}) u, generate_series(1, 8) t, warehouses w
    where w.name = 'bench' on conflict do nothing;
  insert into usage_weeks (week, user_id, source)
    select distinct date_trunc('week', day)::date, user_id, source from usage_days on conflict do nothing`;

/** @returns how many rows there are that the usage page adds up */
export async function useAsCompany(client: pg.Client, quick: boolean): Promise<number> {
  await client.query(quick ? seed(20, 30) : seed(300, 365));
  await client.query("vacuum analyze usage_days, usage_tables, usage_weeks");
  const { rows } = await client.query<{ n: number }>(
    "select (select count(*) from usage_days)::int + (select count(*) from usage_tables)::int as n",
  );
  return rows[0]?.n ?? 0;
}
