import type { Connection, EngineLoad, ForeignSession } from "@/lib/warehouses/adapter";
import { WarehouseError } from "@/lib/warehouses/adapter";
import type { ControlDoor } from "./control";
import type { Dialect } from "./dialect";

/** What an engine that speaks PostgreSQL's protocol says of its sessions: columns as below, in order; null for what it does not say. */
export interface Activity {
  load: string;
  sessions: string;
  /** Ends the one with this process number ($1) and start ($2); no row where it is not there, or is ours. */
  end: string;
  standing: string;
}

/** All of ours give themselves such a name (lib/jobs gives its listeners their queue's); it is free to anybody, so this is no proof. */
const foreign = "application_name !~ '^sluice( |-attempts$|$)'";
const clients = "pid <> pg_catalog.pg_backend_pid() and backend_type = 'client backend'";
const mayEnd = `coalesce(pg_catalog.has_function_privilege(pg_catalog.to_regprocedure('pg_catalog.pg_terminate_backend(integer,bigint)'), 'execute'),
    pg_catalog.has_function_privilege(pg_catalog.to_regprocedure('pg_catalog.pg_terminate_backend(integer)'), 'execute'), false)
  and (pg_catalog.pg_has_role(a.usesysid, 'usage') or (pg_catalog.pg_has_role('pg_signal_backend', 'usage')
    and not coalesce((select rolsuper from pg_catalog.pg_roles r where r.oid = a.usesysid), true)))`;

export const postgresActivity: Activity = {
  load: `select count(*) filter (where state = 'active'),
      count(*) filter (where state = 'active' and wait_event_type in ('Lock', 'IO', 'LWLock', 'BufferPin')),
      count(*) filter (where state like 'idle in transaction%'),
      count(*) filter (where state = 'active' and wait_event_type = 'Lock'),
      count(*) filter (where state = 'active' and ${foreign}),
      floor(extract(epoch from pg_catalog.clock_timestamp() - min(xact_start)))::text,
      pg_catalog.pg_has_role('pg_read_all_stats', 'usage')::text
    from pg_catalog.pg_stat_activity where ${clients}`,
  sessions: `select pid::text, backend_start::text, usename, application_name, datname, state,
      to_char(coalesce(xact_start, query_start, backend_start) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      wait_event_type || ' ' || wait_event,
      case when wait_event_type = 'Lock' then array_to_string(pg_catalog.pg_blocking_pids(pid), ' ') end,
      left(query, 2000), (${mayEnd})::text
    from pg_catalog.pg_stat_activity a
    where pid <> pg_catalog.pg_backend_pid() and coalesce(backend_type, 'client backend') = 'client backend'
      and usesysid is not null and datname is not null and ${foreign}
    order by state is not distinct from 'active' desc, state is null, xact_start, pid limit 200`,
  end: `select pg_catalog.pg_terminate_backend(pid)::text from pg_catalog.pg_stat_activity a
    where pid = $1 and coalesce(backend_start::text, '') = $2 and ${foreign}`,
  standing: `select 1 from pg_catalog.pg_stat_activity where pid = $1 and coalesce(backend_start::text, '') = $2`,
};

/** 42P01, 42883: a server that only speaks the engine's protocol has none of its tables. */
const lacks = (error: unknown) =>
  error instanceof WarehouseError && (error.detail.code === "42P01" || error.detail.code === "42883");

async function rows(door: ControlDoor, connection: Connection, dialect: Dialect, what: "load" | "sessions") {
  return door.ask(connection, dialect.activity[what]).catch((error: unknown) => {
    if (dialect.activity === postgresActivity || !lacks(error)) throw error;
    return door.ask(connection, postgresActivity[what]);
  });
}

export async function load(door: ControlDoor, connection: Connection, dialect: Dialect): Promise<EngineLoad> {
  const [row = []] = await rows(door, connection, dialect, "load");
  const [active, waiting, idleInTransaction, blocked, others, oldest, whole] = row;
  return {
    active: Number(active ?? 0),
    waiting: Number(waiting ?? 0),
    idleInTransaction: idleInTransaction == null ? null : Number(idleInTransaction),
    blocked: blocked == null ? null : Number(blocked),
    foreign: Number(others ?? 0),
    oldestSeconds: oldest == null ? null : Math.max(0, Number(oldest)),
    whole: whole === "true" || whole === "t",
  };
}

export async function foreignSessions(
  door: ControlDoor,
  connection: Connection,
  dialect: Dialect,
): Promise<ForeignSession[]> {
  const found = await rows(door, connection, dialect, "sessions");
  return found.map(([pid, start, user, application, database, state, since, waitsFor, blockedBy, sql, may]) => ({
    id: `${pid} ${start ?? ""}`,
    user: user ?? null,
    application: application || null,
    database: database ?? null,
    state: state ?? null,
    since: since ?? null,
    waitsFor: waitsFor ?? null,
    blockedBy: blockedBy ? blockedBy.split(" ") : [],
    // What PostgreSQL says in place of another role's statement.
    sql: sql && sql !== "<insufficient privilege>" ? sql : null,
    mayEnd: may === "true" || may === "t",
  }));
}

const goneWithinMs = 4_000;

export async function endForeign(door: ControlDoor, connection: Connection, dialect: Dialect, id: string) {
  const space = id.indexOf(" ");
  const values = [Number(id.slice(0, space)), id.slice(space + 1)];
  if (!Number.isInteger(values[0])) return "gone" as const;
  const ask = (what: "end" | "standing") =>
    door.ask(connection, dialect.activity[what], values).catch((error: unknown) => {
      if (dialect.activity === postgresActivity || !lacks(error)) throw error;
      return door.ask(connection, postgresActivity[what], values);
    });
  try {
    if ((await ask("end")).length === 0) return "gone" as const;
  } catch (error) {
    if (error instanceof WarehouseError && error.detail.code === "42501") return "refused" as const;
    throw error;
  }
  const until = Date.now() + goneWithinMs;
  for (let wait = 20; Date.now() < until; wait = Math.min(wait * 2, 300)) {
    if ((await ask("standing")).length === 0) return "ended" as const;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return "stays" as const;
}
