/** What a role could do to its siblings, and the statement that takes it away. */
export const dangers = [
  {
    check: "pg_catalog.has_function_privilege('pg_catalog.pg_terminate_backend(integer, bigint)', 'execute')",
    message: "This role can end other sessions of the same role (pg_terminate_backend).",
    sql: "revoke execute on function pg_catalog.pg_terminate_backend(integer, bigint) from public;",
  },
  {
    check: "pg_catalog.has_function_privilege('pg_catalog.pg_cancel_backend(integer)', 'execute')",
    message: "This role can cancel statements of other sessions of the same role (pg_cancel_backend).",
    sql: "revoke execute on function pg_catalog.pg_cancel_backend(integer) from public;",
  },
  {
    check: `exists (select from pg_catalog.pg_proc where pronamespace = 'pg_catalog'::regnamespace
      and proname ~ '^pg_(try_)?advisory' and pg_catalog.has_function_privilege(oid, 'execute'))`,
    message: "This role can hold advisory locks, and so block programs that use them.",
    sql: `do $$ declare f regprocedure; begin
  for f in select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^pg_(try_)?advisory' loop
    execute format('revoke execute on function %s from public', f);
  end loop;
end $$;`,
  },
  {
    check: "pg_catalog.has_table_privilege('pg_catalog.pg_stat_activity', 'select')",
    message: "This role can read the SQL that other sessions of the same role run (pg_stat_activity).",
    sql: "revoke select on pg_catalog.pg_stat_activity from public;\nrevoke execute on function pg_catalog.pg_stat_get_activity(integer) from public;",
  },
];

/** The SQL by which a database's owner makes a role that only reads, and takes from it what the checks above look for. */
export function readerSql(engine: string, database: string): string {
  const quoted = `"${database.replaceAll('"', '""')}"`;
  const grants = `grant usage on schema public to sluice_reader;
grant select on all tables in schema public to sluice_reader;
alter default privileges in schema public grant select on tables to sluice_reader;`;
  if (engine === "redshift") return `create user sluice_reader password 'a long one';\n${grants}`;
  return `create role sluice_reader login password 'a long one' noinherit;
grant connect on database ${quoted} to sluice_reader;
${grants}

-- So that it can neither watch, stop nor block its siblings. This holds for every role that is no superuser.
${dangers.map(({ sql }) => sql).join("\n")}`;
}
