import type pg from "pg";

/** A table of Sluice's own, or a whole partitioned one. */
export interface Table {
  name: string;
  /** Without generated ones, which the server makes again. */
  columns: string[];
}

export interface Partition {
  name: string;
  of: string;
  bound: string;
}

export interface Sequence {
  name: string;
  value: string;
}

const own = "c.relnamespace = 'public'::regnamespace and c.relname <> '_prisma_migrations'";

/** In the order of their names. The queue's own schema is left out: it carries only what the reconciler puts there again. */
export async function tablesOf(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select c.relname as name, (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
     from pg_class c where ${own} and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  return rows;
}

export async function partitionsOf(client: pg.ClientBase): Promise<Partition[]> {
  const { rows } = await client.query<Partition>(
    `select c.relname as name, p.relname as of, pg_get_expr(c.relpartbound, c.oid) as bound
     from pg_class c join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
     where ${own} and c.relispartition and c.relkind = 'r' order by 1`,
  );
  return rows;
}

/** Those that have given out a number. */
export async function sequencesOf(client: pg.ClientBase): Promise<Sequence[]> {
  const { rows } = await client.query<Sequence>(
    `select sequencename as name, last_value::text as value from pg_sequences
     where schemaname = 'public' and last_value is not null order by 1`,
  );
  return rows;
}

export async function migrationsOf(client: pg.ClientBase): Promise<string[]> {
  const there = await client.query("select to_regclass('public._prisma_migrations') is not null as yes");
  if (!there.rows[0]?.yes) return [];
  const { rows } = await client.query<{ name: string }>(
    `select migration_name as name from _prisma_migrations
     where finished_at is not null and rolled_back_at is null order by 1`,
  );
  return rows.map(({ name }) => name);
}
