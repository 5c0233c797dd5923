import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StatementError } from "@/lib/warehouses/adapter";
import { ask, failure, keepingSink, sessionOptions } from "@/lib/warehouses/conformance";
import { postgresEngines } from "@/lib/warehouses/test-server";
import { adapter } from ".";
import { type Reader, startReader } from "./subject";

/** Who refuses what would leave the read-only session, and that nothing of it is felt by anybody after. */

/** By Sluice, before the server sees it. */
const ours = [
  "commit",
  "rollback and chain",
  "begin; commit",
  "  -- a comment\n /* and /* another */ */ CoMmIt",
  "start transaction read write",
  "savepoint s",
  "release sluice",
  "rollback to sluice",
  "set role postgres",
  "set session authorization postgres",
  "set session authorization default",
  "set local role postgres",
  "reset role",
  "reset all",
  "reset session authorization",
  "set transaction read write",
  "set session characteristics as transaction read write",
  "set transaction_read_only = off",
  "set local transaction_read_only to off",
  "set session default_transaction_read_only to off",
  'set "transaction_read_only" = off',
  "set application_name = 'somebody else'",
  "set client_encoding = 'latin1'",
  "set names 'latin1'",
  "set datestyle = 'SQL, DMY'",
  "discard all",
  "discard temp",
  "lock table probe",
  "do $$ begin perform 1; end $$",
  "call p()",
  "copy probe to stdout",
  "copy probe from stdin",
  "copy (select 1) to program 'touch /tmp/x'",
  "listen x",
  "notify x",
  "unlisten *",
  "prepare transaction 'x'",
];

/** By the server, which parses each text alone, or runs it read-only as a role with few rights. */
const theirs: [sql: string, code: RegExp][] = [
  ["select 1; select 2", /several_commands/],
  ["select 1; commit; delete from probe", /several_commands/],
  ["select 1) to stdout; commit; delete from probe where (1 = 1", /42601/],
  ["select 1) to stdout; commit; delete from probe; copy (select 1", /42601|several_commands/],
  ["select 1\n) to stdout; commit; delete from probe; --", /42601|several_commands/],
  ["select 1 /* */) to stdout --", /42601/],
  ["select 1) as _ limit 1) to stdout; commit; delete from probe; --", /42601|several_commands/],
  ["select 1 union all select 2) to program 'touch /tmp/x' --", /42601/],
  ["select 1 /* unfinished", /42601/],
  ["select 'unfinished", /42601/],
  ["select $x$ unfinished", /42601/],
  ["insert into probe values (1, 'x')", /write_refused|42501/],
  ["update probe set label = 'x'", /write_refused|42501/],
  ["delete from probe", /write_refused|42501/],
  ["truncate probe", /write_refused|42501/],
  ["with gone as (delete from probe returning *) select * from gone", /write_refused|42501/],
  ["explain analyze delete from probe", /write_refused|42501/],
  ["select * into copied from probe", /write_refused|42501/],
  ["create table t as select 1", /write_refused|42501/],
  ["create temp table t (a int)", /write_refused/],
  ["create function f() returns int language sql as 'select 1'", /write_refused|42501/],
  ["alter role current_user createdb", /write_refused|42501/],
  ["grant all on probe to public", /write_refused|42501/],
  ["comment on table probe is 'x'", /write_refused|42501/],
  ["select nextval('numbers')", /write_refused|42501/],
  ["select setval('numbers', 7)", /write_refused|42501/],
  ["select lo_import('/etc/passwd')", /42501|write_refused/],
  ["select lo_export(1, '/tmp/x')", /42501|write_refused/],
  ["select pg_read_file('/etc/passwd')", /42501/],
  ["select pg_ls_dir('/')", /42501/],
  ["select pg_stat_file('/etc/passwd')", /42501/],
  ["select * from dblink('dbname=postgres', 'delete from probe') as t(a int)", /42883/],
  ["select pg_reload_conf()", /42501/],
  ['set U&"transaction_read_only" = off', /25001/],
  ['set U&"role" = postgres', /42501/],
  ["select set_config('role', 'postgres', false)", /42501/],
  ["select set_config('session_authorization', 'postgres', false)", /42501/],
  ["select set_config('transaction_read_only', 'off', false)", /25001|write_refused/],
  ["select set_config('transaction_isolation', 'serializable', false)", /25001/],
  ["vacuum", /25001|write_refused/],
  ["alter system set work_mem = '1GB'", /25001|write_refused|42501/],
  ["checkpoint", /42501|write_refused/],
  ["load 'dblink'", /42501|58P01/],
  ["security label on table probe is 'x'", /.+/],
];

describe.each(await postgresEngines())("nothing leaves the session on $name", (engine) => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await startReader(engine);
    await reader.server.admin("create sequence numbers; grant all on sequence numbers to reader");
  }, 60_000);
  afterAll(async () => {
    await adapter.close();
    await reader.server.stop();
  });
  const run = (sql: string, values: string[] = []) => ask(adapter, reader.connection, sql, values);

  /** The next to use the session finds it as it should be, and the table whole. */
  async function expectUntouched(after: string): Promise<void> {
    const state = await run(
      `select current_user, session_user, current_setting('transaction_read_only'), current_setting('default_transaction_read_only'),
        current_setting('application_name'), (select count(*) from probe), (select last_value from numbers),
        (select count(*) from pg_locks where locktype = 'advisory')`,
    );
    expect(state.csv, after).toBe(`reader,reader,on,on,${sessionOptions.applicationName},1000,1,0\n`);
  }

  it.each(ours)("Sluice refuses %s", async (sql) => {
    const error = await failure(run(sql));
    expect(["write_refused", "several_commands"], `${sql}: ${error.message}`).toContain(error.code);
    await expectUntouched(sql);
  });

  it.each(theirs)("the server refuses %s", async (sql, code) => {
    const error: StatementError = await failure(run(sql));
    expect(error.code, `${sql}: ${error.message}`).toMatch(code);
    await expectUntouched(sql);
    // The same by the way that binds values, where the text allows one.
    if (/^(select|with) (?!.*(unfinished|--|\)))/.test(sql)) {
      expect((await failure(run(`${sql} where $1 = '1'`, ["1"]))).code, sql).toBeDefined();
      await expectUntouched(sql);
    }
  });

  it.each([
    [
      "select $$) to stdout; commit; delete from probe; --$$ as t",
      '") to stdout; commit; delete from probe; --"\n'.replaceAll('"', ""),
    ],
    ["select $a$ $$ ; $$ $a$ as t", " $$ ; $$ \n"],
    ["select 1 /* ) to stdout; commit; /* nested */ -- */ as t", "1\n"],
    ["select 1 as t -- ) to stdout; commit;", "1\n"],
    ["select ';' as t;", ";\n"],
    ["select 1 as t; -- the end\n /* of it */", "1\n"],
    [`select E'\\'; commit; --' as t`, "'; commit; --\n"],
    [`select 1 as "x) to stdout; commit; --"`, "1\n"],
  ])("what only looks like it is a value: %s", async (sql, csv) => {
    expect((await run(sql)).csv).toBe(csv);
    await expectUntouched(sql);
  });

  it("what a statement may set is gone for whoever comes next", async () => {
    for (const sql of [
      "select set_config('default_transaction_read_only', 'off', false)",
      "select set_config('application_name', 'somebody', false)",
      "select set_config('search_path', 'pg_temp', false)",
      "select pg_advisory_lock(1), pg_advisory_lock_shared(2)",
      "set search_path = pg_temp",
    ]) {
      await run(sql);
      await expectUntouched(sql);
    }
    expect((await run("show search_path")).csv).toContain("public");
  });

  it("shows nothing of other roles' statements, and cannot end them", async () => {
    const others = await run(
      "select count(*) from pg_stat_activity where usename = 'postgres' and query not in ('', '<insufficient privilege>')",
    );
    expect(others.csv).toBe("0\n");
    const admin = new pg.Client({
      host: "127.0.0.1",
      port: reader.server.port,
      user: "postgres",
      password: "super",
      database: "postgres",
    });
    await admin.connect();
    const { rows } = await admin.query<{ pid: number }>("select pg_backend_pid() as pid");
    for (const end of ["pg_terminate_backend", "pg_cancel_backend"])
      expect((await failure(run(`select ${end}(${rows[0]?.pid})`))).code).toBe("42501");
    await admin.end();
  });

  it("rolls back what the server lets through, large objects before version 16", async () => {
    for (const sql of ["select lo_create(4711)", "select lo_from_bytea(0, 'x')"]) await run(sql).catch(() => null);
    await expectUntouched("large objects");
    const [left] = await reader.server.admin<{ n: string }>("select count(*) as n from pg_largeobject_metadata");
    expect(left?.n).toBe("0");
  });

  it("cannot end its siblings once what test-connection prints was revoked", async () => {
    for (const { sql } of (await adapter.test(reader.connection)).warnings) await reader.server.admin(sql);
    const session = await adapter.acquire(reader.connection);
    await session.begin({ ...sessionOptions, applicationName: "sibling" });
    const sleeping = session.run({ sql: "select pg_sleep(1), 7", values: [], limit: null }, keepingSink());
    for (const end of ["pg_terminate_backend", "pg_cancel_backend"])
      expect((await failure(run(`select ${end}(${session.backend.pid})`))).code).toBe("42501");
    expect((await failure(run("select pg_advisory_lock(1)"))).code).toBe("42501");
    expect(await sleeping).toMatchObject({ rowCount: 1 });
    await session.release();
  });
});
