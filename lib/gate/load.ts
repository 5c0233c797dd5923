import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { connectionFor } from "@/lib/connections/connection";
import { lanes } from "@/lib/executions/schema";
import { executionUrl } from "@/lib/executions/url";
import { sql } from "@/lib/platform/db/pool";
import { WarehouseError } from "@/lib/warehouses/adapter";
import { adapterFor } from "@/lib/warehouses/registry";
import type { GateView, LoadView } from "./schema";
import { gateOf } from "./view";

const shown = 200;
const answerWithinMs = 3_000;

interface Row {
  state: "waiting" | "admitted" | "running";
  lane: number;
  since: Date;
  backend_pid: number | null;
  execution_id: string;
  sql: string;
  stopping: boolean;
  rows: number | null;
  user_id: string;
  user_name: string;
  position: number;
  mine: number;
  total: number;
}

/** Who holds the slots, who waits and why, and what the warehouse itself says: the admin's load page. */
export async function getLoad(ctx: Context, warehouseId: string): Promise<LoadView> {
  allow(ctx, "load.read");
  const { id, name } = await warehouseFor(warehouseId);
  const [rows, gate, own] = await Promise.all([sql<Row>("load", query, [id, shown]), gateOf(id), ownLoad(id)]);
  const held = rows.filter((row) => row.state !== "waiting");
  const waiting = rows.filter((row) => row.state === "waiting");
  const base = (row: Row) => ({
    executionId: row.execution_id,
    url: executionUrl(row.execution_id),
    user: { id: row.user_id, name: row.user_name },
    sql: row.sql,
    lane: lanes[row.lane] ?? "api",
    since: row.since.toISOString(),
  });
  return {
    warehouse: { id, name },
    gate,
    used: held.length,
    running: held.map((row) => ({
      ...base(row),
      state: row.state === "admitted" ? "admitted" : row.stopping ? "stopping" : "running",
      rows: row.rows,
      backendPid: row.backend_pid,
    })),
    waiting: waiting.map((row) => ({ ...base(row), position: row.position, reason: reasonOf(row, gate, held.length) })),
    waitingTotal: waiting[0]?.total ?? 0,
    ...own,
  };
}

/** One line a piece of work: its statement that runs, or stands first. */
const query = `
  with line as (
    select k.*, count(*) over (partition by k.state = 'waiting')::int as total,
      row_number() over (partition by k.state = 'waiting'
        order by greatest(0, k.lane - floor(extract(epoch from now() - k.queued_at) / 300)), k.queued_at, k.id)::int as position,
      (select count(*)::int from work r where r.warehouse_id = k.warehouse_id and r.user_id = k.user_id
        and r.state in ('admitted', 'running')) as mine
    from work k where k.warehouse_id = $1 and k.state in ('waiting', 'admitted', 'running')
  )
  select l.state::text, l.lane, coalesce(s.started_at, l.admitted_at, l.queued_at) as since, l.backend_pid, l.position,
    l.mine, l.total, e.id as execution_id, left(e.sql, 2000) as sql, s.state = 'cancelling' as stopping,
    s.row_count as rows, u.id as user_id, u.name as user_name
  from line l
  join lateral (select * from statements s where s.work_id = l.id and s.state in ('queued', 'running', 'cancelling')
    order by s.position limit 1) s on true
  join lateral (select * from executions e where e.statement_id = s.id order by e.id limit 1) e on true
  join users u on u.id = l.user_id
  where l.state <> 'waiting' or l.position <= $2
  order by l.state <> 'waiting' desc, since, l.position`;

function reasonOf(row: Row, gate: GateView, used: number): string {
  if (gate.paused) return gate.reason ? `Paused: ${gate.reason}` : "Paused";
  if (gate.perUser > 0 && row.mine >= gate.perUser) return `${row.user_name} already runs ${row.mine}`;
  return used >= gate.slots ? "All slots in use" : "Its turn comes next";
}

/** Through the control door, which is open while the warehouse is paused. */
async function ownLoad(warehouseId: string): Promise<Pick<LoadView, "warehouseLoad" | "problem">> {
  const [reader] = await sql<{ id: string }>(
    "load_reader",
    "select id from warehouse_roles where warehouse_id = $1 and kind = 'reader' order by id limit 1",
    [warehouseId],
  );
  if (!reader) return { warehouseLoad: null, problem: "This warehouse has no reader yet." };
  try {
    const connection = await connectionFor(reader.id);
    const adapter = await adapterFor(connection.engine);
    const late = AbortSignal.timeout(answerWithinMs);
    const timeout = new Promise<never>((_resolve, reject) =>
      late.addEventListener("abort", () =>
        reject(new WarehouseError({ code: "timeout", message: "The warehouse did not answer within 3 s." })),
      ),
    );
    return { warehouseLoad: await Promise.race([adapter.load(connection), timeout]), problem: null };
  } catch (error) {
    return {
      warehouseLoad: null,
      problem: error instanceof WarehouseError ? error.message : "The warehouse's load could not be read.",
    };
  }
}
