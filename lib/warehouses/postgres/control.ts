import pg from "pg";
import type { Backend, Connection } from "@/lib/warehouses/adapter";
import { Doors } from "@/lib/warehouses/doors";
import { connect } from "./client";
import { statementError } from "./errors";
import type { PostgresSession } from "./session";

/** A network that drops packets silently gives no error: whoever waits to stop something must not wait for it. */
const answerMs = 4_000;

interface Connected {
  connection: { stream: { destroy(): void } };
}

/** One reserved connection a role, for a closed list of statements, one after the other. Free of the work's pool. */
export class ControlDoor {
  private readonly doors = new Doors<pg.Client>(open, (client) =>
    (client as unknown as Connected).connection.stream.destroy(),
  );
  private readonly turns = new Map<string, Promise<unknown>>();

  /** @throws WarehouseError */
  async ask(connection: Connection, text: string, values: (string | number)[] = []): Promise<(string | null)[][]> {
    const turn = (this.turns.get(connection.roleId) ?? Promise.resolve()).then(() =>
      this.query(connection, text, values),
    );
    const settled = turn.catch(() => {});
    this.turns.set(connection.roleId, settled);
    return turn;
  }

  private async query(connection: Connection, text: string, values: (string | number)[]): Promise<(string | null)[][]> {
    const client = await this.doors.open(connection);
    const query: pg.QueryArrayConfig & { query_timeout: number } = {
      text,
      values,
      rowMode: "array",
      query_timeout: answerMs,
    };
    try {
      return (await client.query<(string | null)[]>(query)).rows;
    } catch (error) {
      // Anything but the server's own answer leaves the wire in a state that nobody knows.
      if (!(error instanceof pg.DatabaseError)) this.doors.shut(connection.roleId);
      throw statementError(error, text);
    }
  }

  close(warehouseId?: string): void {
    this.doors.close(warehouseId);
  }
}

/** What nobody waits for any more, the server gives up as well. */
async function open(connection: Connection): Promise<pg.Client> {
  const { client } = await connect(connection, "sluice control");
  await client.query(`select pg_catalog.set_config('statement_timeout', '${answerMs}', false)`);
  return client;
}

// Idle in a transaction counts as work only where no session of this process holds the backend: its worker is gone.
// SQL can change application_name: only the name of other work of ours says that the backend has moved on to it.
const ours = `pid = $1 and backend_start::text = $2
  and (application_name = $3 or application_name !~ '^sluice( [0-9a-z]+)?$')`;
const working = `select state from pg_catalog.pg_stat_activity where ${ours} and state is distinct from 'idle'`;
// A session of ours is known by its backend alone: SQL can change application_name, never these two.
const running = `select state from pg_catalog.pg_stat_activity
  where pid = $1 and backend_start::text = $2 and state = 'active'`;
// Where the view is revoked, what a backend runs still shows by the virtual transaction that it holds.
const transacting = "select 1 from pg_catalog.pg_locks where pid = $1 and locktype = 'virtualxid'";

export async function isActive(
  door: ControlDoor,
  connection: Connection,
  backend: Backend,
  applicationName: string,
  own: PostgresSession | null,
): Promise<boolean> {
  const mine = own !== null && own.applicationName === applicationName;
  if (own && !mine) return false;
  const { pid: process, start } = backend;
  const pid = process ?? 0;
  try {
    if (start === "") return own ? own.busy : (await door.ask(connection, transacting, [pid])).length > 0;
    const rows = mine
      ? await door.ask(connection, running, [pid, start])
      : await door.ask(connection, working, [pid, start, applicationName]);
    return rows.length > 0;
  } catch (error) {
    if ((error as { detail?: { code?: string } }).detail?.code !== "42501") throw error;
    return (await door.ask(connection, transacting, [pid])).length > 0;
  }
}

function signal(
  door: ControlDoor,
  connection: Connection,
  name: "cancel" | "terminate",
  backend: Backend,
  application: string,
) {
  // Found and signalled in one statement, so that a pid that was given to somebody else meanwhile is left alone.
  const text = `select pg_catalog.pg_${name}_backend(pid) from pg_catalog.pg_stat_activity where ${ours}`;
  return door.ask(connection, text, [backend.pid ?? 0, backend.start, application]).catch(() => []);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Cancel, after `graceMs` terminate, and look until the backend no longer works. Both functions may be revoked from
 * the reader: a session of this process is then cancelled by the protocol's own request and ended by closing its
 * socket; another's ends by itself, since the server checks its connection each second.
 */
export async function stop(
  door: ControlDoor,
  connection: Connection,
  backend: Backend,
  applicationName: string,
  graceMs: number,
  own: PostgresSession | null,
): Promise<boolean> {
  if (own && own.applicationName !== applicationName) return true;
  const began = Date.now();
  const active = () => isActive(door, connection, backend, applicationName, own);
  if (!(await active())) return true;
  if (own) await own.cancel();
  else await signal(door, connection, "cancel", backend, applicationName);
  let terminated = false;
  for (let wait = 10; Date.now() - began < graceMs + 8000; wait = Math.min(wait * 2, 200)) {
    if (!(await active())) return true;
    if (!terminated && Date.now() - began >= graceMs) {
      terminated = true;
      await signal(door, connection, "terminate", backend, applicationName);
      own?.destroy();
    }
    await pause(wait);
  }
  return !(await active());
}
