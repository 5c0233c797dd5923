import { setTimeout as delay } from "node:timers/promises";
import type mysql from "mysql2";
import type { Backend, Connection, EngineLoad, ForeignSession } from "@/lib/warehouses/adapter";
import { Doors } from "@/lib/warehouses/doors";
import { ask, connect, identify, type Row } from "./client";
import { isAnswer, statementError } from "./errors";

const answerMs = 4_000;

/** One reserved connection a role, for a closed list of statements. */
export class ControlDoor {
  private readonly doors = new Doors<mysql.Connection>(
    async (connection) => (await connect(connection, "sluice control")).client,
    (client) => client.destroy(),
  );

  /** @throws WarehouseError */
  async ask(connection: Connection, sql: string): Promise<Row[]> {
    const client = await this.doors.open(connection);
    try {
      const late = delay(answerMs, null, { ref: false }).then(() => {
        throw new Error("no answer");
      });
      return await Promise.race([ask(client, sql), late]);
    } catch (error) {
      // Anything but the server's own answer leaves the wire in a state that nobody knows.
      if (!isAnswer(error)) this.doors.shut(connection.roleId);
      throw statementError(error, sql);
    }
  }

  close(warehouseId?: string): void {
    this.doors.close(warehouseId);
  }
}

/** When the server began, as a backend's name holds it: see identify(). */
export async function serverStart(door: ControlDoor, connection: Connection): Promise<string> {
  return (await identify((sql) => door.ask(connection, sql))).backend.start;
}

/** Seconds by which two looks at the server's start may differ. */
const startWithin = 2;

/** What a session does, or null once it has gone; an account sees its own sessions without a right. */
async function lookAt(door: ControlDoor, connection: Connection, { pid, start }: Backend): Promise<string | null> {
  const [row] = await door.ask(
    connection,
    `select command, unix_timestamp() from information_schema.processlist where id = ${Number(pid ?? 0)} and user = substring_index(user(), '@', 1)`,
  );
  if (!row?.[0]) return null;
  const [uptime] = await door.ask(connection, "show global status like 'Uptime'");
  // Of a server that has started anew: the number is another's.
  const same = Math.abs(Number(row[1]) - Number(uptime?.[1] ?? 0) - Number(start)) <= startWithin;
  return same ? row[0] : null;
}

const resting = new Set(["Sleep", "Killed"]);

export async function isActive(door: ControlDoor, connection: Connection, backend: Backend): Promise<boolean> {
  const does = await lookAt(door, connection, backend);
  return does !== null && !resting.has(does);
}

export async function killQuery(door: ControlDoor, connection: Connection, { pid }: Backend): Promise<void> {
  // Gone already is as well.
  await door.ask(connection, `kill query ${Number(pid ?? 0)}`).catch(() => []);
}

/** The statement first, after `graceMs` the session. True only when nothing of it runs any more. */
export async function stop(
  door: ControlDoor,
  connection: Connection,
  backend: Backend,
  graceMs: number,
): Promise<boolean> {
  const began = Date.now();
  const until = began + graceMs + 8_000;
  for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
    if (!(await isActive(door, connection, backend))) return true;
    if (Date.now() >= until) return false;
    if (Date.now() - began < graceMs) await killQuery(door, connection, backend);
    else await door.ask(connection, `kill ${Number(backend.pid ?? 0)}`).catch(() => []);
    await delay(wait);
  }
}

/** Ends a session, busy or idle, and looks that it has gone. */
export async function endBackend(door: ControlDoor, connection: Connection, backend: Backend, withinMs: number) {
  const until = Date.now() + withinMs;
  const look = async () => {
    if ((await lookAt(door, connection, backend)) === null) return true;
    await door.ask(connection, `kill ${Number(backend.pid ?? 0)}`).catch(() => []);
    return false;
  };
  for (let wait = 10; ; wait = Math.min(wait * 2, 200)) {
    const left = until - Date.now();
    if (left <= 0) return false;
    // One that hangs must not keep its asker longer than was promised.
    if (await Promise.race([look().catch(() => false), delay(left, false, { ref: false })])) return true;
    await delay(Math.min(wait, Math.max(0, until - Date.now())));
  }
}

/** Those of the server itself are no work. */
const notWork = "'Daemon', 'Binlog Dump', 'Binlog Dump GTID', 'Slave_IO', 'Slave_SQL', 'Slave_worker'";
const own = "user = substring_index(user(), '@', 1)";
const waits = "(state like 'Waiting%' or state like '%lock%')";

/** Whether this account sees the sessions of others. */
async function seesAll(door: ControlDoor, connection: Connection): Promise<boolean> {
  const grants = await door.ask(connection, "show grants");
  return grants.some(([grant]) => /^GRANT .*\b(PROCESS|ALL PRIVILEGES)\b.* ON \*\.\*/i.test(grant ?? ""));
}

export async function load(door: ControlDoor, connection: Connection): Promise<EngineLoad> {
  const whole = await seesAll(door, connection);
  const [row] = await door.ask(
    connection,
    `select coalesce(sum(command <> 'Sleep'), 0), coalesce(sum(command <> 'Sleep' and ${waits}), 0),
       coalesce(sum(command <> 'Sleep' and state like '%lock%'), 0), coalesce(sum(command <> 'Sleep' and not (${own})), 0),
       max(case when command <> 'Sleep' then time end)
     from information_schema.processlist where id <> connection_id() and command not in (${notWork})`,
  );
  const [active, waiting, blocked, foreign] = (row ?? []).map((cell) => Number(cell ?? 0));
  const oldest = row?.[4] ?? null;
  const idle = whole
    ? await door.ask(
        connection,
        `select count(*) from information_schema.innodb_trx t join information_schema.processlist p
           on p.id = t.trx_mysql_thread_id where p.command = 'Sleep'`,
      )
    : null;
  return {
    active: active ?? 0,
    waiting: waiting ?? 0,
    blocked: blocked ?? 0,
    foreign: foreign ?? 0,
    // Transactions are for those who see everybody's sessions.
    idleInTransaction: idle && Number(idle[0]?.[0] ?? 0),
    oldestSeconds: oldest === null ? null : Number(oldest),
    whole,
  };
}

export async function foreignSessions(door: ControlDoor, connection: Connection): Promise<ForeignSession[]> {
  const rows = await door.ask(
    connection,
    `select id, user, db, command, date_format(convert_tz(now(), @@session.time_zone, '+00:00') - interval time second, '%Y-%m-%dT%H:%i:%sZ'),
       case when ${waits} then state end, info
     from information_schema.processlist where not (${own}) and command not in (${notWork})
     order by command = 'Sleep', time desc limit 200`,
  );
  const grants = await door.ask(connection, "show grants");
  const mayEnd = grants.some(([grant]) =>
    /^GRANT .*\b(SUPER|CONNECTION[ _]ADMIN|ALL PRIVILEGES)\b.* ON \*\.\*/i.test(grant ?? ""),
  );
  return rows.map(([id, user, database, state, since, waitsFor, sql]) => ({
    ...{ id: id ?? "", user: user ?? null, application: null, database: database ?? null, state: state ?? null },
    ...{ since: since ?? null, waitsFor: waitsFor ?? null, blockedBy: [], sql: sql ?? null, mayEnd },
  }));
}

export async function endForeign(
  door: ControlDoor,
  connection: Connection,
  id: string,
): Promise<"ended" | "gone" | "refused" | "stays"> {
  if (!/^\d+$/.test(id)) return "gone";
  const there = async () =>
    (
      await door.ask(
        connection,
        `select 1 from information_schema.processlist where id = ${id} and not (${own}) and command not in (${notWork})`,
      )
    ).length > 0;
  if (!(await there())) return "gone";
  try {
    await door.ask(connection, `kill ${id}`);
  } catch {
    return (await there()) ? "refused" : "gone";
  }
  for (let n = 0; n < 20; n++) {
    if (!(await there())) return "ended";
    await delay(200);
  }
  return "stays";
}
