import type pg from "pg";

/** As many people as wait; each has work in every lane, so that whoever admits looks at four times as many heads. */
export const people = 100;

/** The worker that holds one lease of each: seen for hours to come, so that nobody takes over what it never runs. */
const hand = "bench-hand";

/** Executions of these people, in turn, lane after lane: so many that are over, or that wait. */
const seed = (what: "done" | "waiting", from: number, count: number) => {
  const over = what === "done";
  const state = over ? "succeeded" : "queued";
  const each = `from w, (select i, 'bench-crowd-' || i % ${people} as who, i / ${people} % 4 as lane
    from generate_series(${from}, ${from + count - 1}) i) n`;
  return `
  with w as (select id as warehouse, (select id from warehouse_roles r where r.warehouse_id = w.id limit 1) as reader
    from warehouses w where name = 'bench'),
  works as (insert into work (id, warehouse_id, reader_id, user_id, lane, state, queued_at, admitted_at, ended_at)
    select 'bench-w' || i, warehouse, reader, who, lane, '${what}',
      now() - ${over ? "i * interval '1 second'" : "interval '1 second'"},
      ${over ? "now() - i * interval '1 second', now() - i * interval '1 second'" : "null, null"}
    ${each} returning 1),
  texts as (insert into statements (id, work_id, warehouse_id, reader_id, sql, state, finished_at)
    select 'bench-s' || i, 'bench-w' || i, warehouse, reader, 'select ' || i, '${state}', ${over ? "now()" : "null"}
    ${each} returning 1)
  insert into executions (id, statement_id, warehouse_id, user_id, lane, sql, state, submitted_at, finished_at)
    select 'bench-e' || i, 'bench-s' || i, warehouse, who, lane, 'select ' || i, '${state}', now(), ${over ? "now()" : "null"}
    ${each}`;
};

/**
 * A warehouse's past and those who wait before it. Of each person one may run, and one does, for as long as is measured:
 * the others wait, whatever is free. The caller sets `perUser` to 1, and slots for all who hold one and for its own work.
 */
export class Crowd {
  private past = 0;
  private waits = 0;

  constructor(private readonly client: pg.Client) {}

  async come(count: number): Promise<void> {
    await this.client.query(
      `insert into users (id, email, name, role) select 'bench-crowd-' || i, 'crowd-' || i || '@bench.example', 'Crowd ' || i, 'editor'
       from generate_series(0, ${people - 1}) i`,
    );
    await this.client.query(
      `insert into workers (id, host, pid, seen_at) values ('${hand}', 'bench', 0, now() + interval '1 day')`,
    );
    await this.client.query(seed("done", 0, people));
    await this.client.query(
      `update work set state = 'running', ended_at = null, admitted_at = now(), lease_token = id, worker_id = '${hand}'
       where id like 'bench-w%'`,
    );
    // Ids below are the past's.
    await this.client.query(seed("waiting", 10_000_000, count));
    this.past = people;
    this.waits = count;
  }

  /** Has so much be over by now. */
  async growTo(past: number): Promise<void> {
    await this.client.query(seed("done", this.past, past - this.past));
    this.past = past;
    await this.client.query("vacuum analyze work, statements, executions");
  }

  /** @throws Error where some of them got a slot meanwhile: then something else was measured */
  async stillWaits(): Promise<void> {
    const { rows } = await this.client.query<{ n: number }>(
      "select count(*)::int as n from work where id like 'bench-w%' and state = 'waiting'",
    );
    if (rows[0]?.n !== this.waits) throw new Error(`Of the ${this.waits} who wait ${rows[0]?.n} are left.`);
  }

  async leave(): Promise<void> {
    await this.client.query(
      "update statements set state = 'cancelled', finished_at = now() where id like 'bench-s%' and state = 'queued'",
    );
    await this.client.query(
      "update executions set state = 'cancelled', finished_at = now() where id like 'bench-e%' and state = 'queued'",
    );
    await this.client.query(
      "update work set state = 'done', ended_at = now() where id like 'bench-w%' and state <> 'done'",
    );
    await this.client.query(`delete from workers where id = '${hand}'`);
  }
}
