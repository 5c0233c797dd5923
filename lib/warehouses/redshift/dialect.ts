import { type Dialect, literal } from "@/lib/warehouses/postgres/dialect";

/**
 * Redshift speaks PostgreSQL 8's protocol and a part of its settings: no COPY TO STDOUT, no savepoints, no
 * lock_timeout, no connection check. Rows come through a portal.
 */
export const redshiftDialect: Dialect = {
  engine: "redshift",
  copies: false,
  startOptions: undefined,
  begin(options) {
    const settings: [string, string | number][] = [
      ["timezone", options.timeZone],
      ["datestyle", "ISO, YMD"],
      ["statement_timeout", Math.round(options.statementTimeoutMs)],
      ["application_name", options.applicationName],
    ];
    return ["begin read only", ...settings.map(([name, value]) => `set local ${name} to ${literal(value)}`)];
  },
  // By AWS's reference of its system tables. A role that is no superuser sees itself in them, unless it was given
  // SYSLOG ACCESS UNRESTRICTED. Sessions have no application name there, so those of our own role count as ours. None of
  // these tables says who waits for a lock, or is idle in a transaction.
  activity: {
    load: `select (select count(*) from stv_wlm_query_state where service_class > 4 and state not like '%Queue%'),
        (select count(*) from stv_wlm_query_state where service_class > 4 and state like '%Queue%'),
        null, null,
        (select count(*) from stv_wlm_query_state q where q.service_class > 4 and q.state not like '%Queue%'
          and q.query not in (select i.query from stv_inflight i join pg_user u on u.usesysid = i.userid
            where u.usename = current_user)),
        (select max(datediff(second, starttime, getdate())) from stv_inflight)::varchar,
        (select case when usesuper then 't' else 'f' end from pg_user where usename = current_user)`,
    sessions: `select process::varchar, starttime::varchar, trim(user_name), null, trim(db_name), null,
        to_char(starttime, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), null, null, null,
        (select case when usesuper then 't' else 'f' end from pg_user where usename = current_user)
      from stv_sessions where process <> pg_backend_pid() and trim(user_name) not in ('rdsdb', current_user)
      order by starttime limit 200`,
    end: `select pg_terminate_backend(process)::varchar from stv_sessions
      where process = $1 and starttime::varchar = $2 and trim(user_name) not in ('rdsdb', current_user)`,
    standing: "select 1 from stv_sessions where process = $1 and starttime::varchar = $2",
  },
};
