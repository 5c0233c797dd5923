import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addressOf, asSuperuser, rowsIn, testDatabase } from "@/lib/testing/database";
import { applyMigrations, knownMigrations } from "../../prisma/engine";
import { migrate } from "../../prisma/migrator";

/** What `sluice migrate` does to the database of an older release: all that is new, once, and nothing is lost. */

const old = `test_${randomBytes(6).toString("hex")}`;
let fresh = "";

/** Somebody's work of then, in the words of the first release: of each table that most else hangs on. */
const work = `
  insert into users (id, email, name, role) values ('ana', 'ana@example.com', 'Ana', 'editor');
  insert into teams (id, name) values ('growth', 'Growth');
  insert into team_members (team_id, user_id) values ('growth', 'ana');
  insert into warehouses (id, name, engine, config) values ('w', 'events', 'postgres', '{"host": "db.example.com"}');
  insert into warehouse_roles (id, warehouse_id, kind, name, username, secret) values ('r', 'w', 'reader', 'reader', 'reads', 'sealed');
  insert into grants (team_id, warehouse_id, reader_id) values ('growth', 'w', 'r');
  insert into queries (id, title, warehouse_id, sql, owner_id) values ('q', 'Learners by day', 'w', 'select 1', 'ana');
  insert into audit_entries (id, user_id, action, object, detail) values ('a', 'ana', 'query.create', 'query:q', '{"title": "Learners"}');
`;
const kept: [string, unknown[]][] = [
  ["select email, name, role::text from users", ["ana@example.com", "Ana", "editor"]],
  ["select t.name, m.user_id from team_members m join teams t on t.id = m.team_id", ["Growth", "ana"]],
  [
    "select name, engine, config ->> 'host' from warehouses where engine = 'postgres'",
    ["events", "postgres", "db.example.com"],
  ],
  ["select r.secret, g.team_id from warehouse_roles r join grants g on g.reader_id = r.id", ["sealed", "growth"]],
  ["select title, sql, owner_id from queries", ["Learners by day", "select 1", "ana"]],
  [
    "select action, object, detail ->> 'title' from audit_entries where id = 'a'",
    ["query.create", "query:q", "Learners"],
  ],
];

/** All that a release's programs go by. */
const shape = `
  select 'column', c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || a.attnotnull || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped
  union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
  union all select 'constraint', conname || conrelid::regclass, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
  union all select 'trigger', tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
  union all select 'function', proname, pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace and prokind <> 'a'
    and not exists (select from pg_depend e where e.objid = pg_proc.oid and e.deptype = 'e')
  order by 1, 2, 3`;

beforeAll(async () => {
  fresh = (await testDatabase()).name;
  await asSuperuser(`create database ${old}`);
});
afterAll(() => asSuperuser(`drop database if exists ${old} with (force)`));

it("brings an older database to what a new one is, by two at once, and keeps all that is in it", async () => {
  const all = await knownMigrations();
  // Before there were pipelines.
  const then = all.filter((name) => name < "20261122040000");
  expect(await applyMigrations(addressOf(old), then)).toEqual(then);
  await asSuperuser(work, old);

  const application = addressOf(old, { name: "test_app", password: "test_app" });
  const both = await Promise.all([migrate(addressOf(old), application), migrate(addressOf(old), application)]);
  expect(both.flat()).toEqual(all.filter((name) => !then.includes(name)));
  expect(await migrate(addressOf(old), application)).toEqual([]);

  for (const [sql, row] of kept) expect(await rowsIn(old, sql), sql).toEqual([row]);
  const wanted = await rowsIn(fresh, shape);
  expect(wanted.length).toBeGreaterThan(1_000);
  expect(await rowsIn(old, shape)).toEqual(wanted);
}, 120_000);
