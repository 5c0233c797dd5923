import { sql } from "@/lib/platform/db/pool";
import type { Waiting } from "./schema";

interface Row {
  state: "waiting" | "admitted" | "running" | "done";
  paused: boolean;
  pause_reason: string | null;
  slots: number;
  per_user: number;
  used: number;
  mine: number;
  position: number;
  typical: number | null;
}

/**
 * Why a queued statement is not running yet. The position counts the work that the gate's order puts before it:
 * lane with ageing, then turn about by person, then age (sluice_admit); the estimate takes the last runs' median.
 */
export async function waitingOf(statementId: string): Promise<Waiting | null> {
  const [row] = await sql<Row>(
    "waiting",
    `with me as (select k.* from work k join statements s on s.work_id = k.id where s.id = $1),
     line as (
       select k.id, k.user_id, k.queued_at,
         greatest(0, k.lane - floor(extract(epoch from now() - k.queued_at) / 300))::int as lane_now
       from work k, me where k.warehouse_id = me.warehouse_id and k.state = 'waiting'
     ),
     ranked as (
       select l.*, row_number() over (partition by user_id, lane_now order by queued_at, id)
         + (select count(*) from work r, me where r.warehouse_id = me.warehouse_id and r.user_id = l.user_id
             and r.state in ('admitted', 'running')) as turn
       from line l
     ),
     placed as (select id, row_number() over (order by lane_now, turn, queued_at, id) as place from ranked)
     select me.state::text, w.paused, w.pause_reason, w.slots, w.per_user,
       (select count(*)::int from work r where r.warehouse_id = w.id and r.state in ('admitted', 'running')) as used,
       (select count(*)::int from work r where r.warehouse_id = w.id and r.user_id = me.user_id
         and r.state in ('admitted', 'running')) as mine,
       coalesce((select place::int from placed where placed.id = me.id), 0) as position,
       (select percentile_cont(0.5) within group (order by extract(epoch from t.finished_at - t.started_at))
         from (select s.started_at, s.finished_at from statements s where s.warehouse_id = w.id
           and s.started_at is not null and s.finished_at is not null order by s.id desc limit 50) t) as typical
     from me join warehouses w on w.id = me.warehouse_id`,
    [statementId],
  );
  return row ? inWords(row) : null;
}

function inWords(row: Row): Waiting {
  const position = Math.max(1, row.position);
  const rounds = Math.ceil(position / Math.max(1, row.slots));
  const estimateSeconds = row.typical === null ? null : Math.max(1, Math.round(row.typical * rounds));
  if (row.state === "running") {
    return { position: 1, heldBy: "batch", reason: "An earlier statement of its batch is running.", estimateSeconds };
  }
  if (row.state !== "waiting") {
    return { position: 1, heldBy: "worker", reason: "It has its slot; a worker is taking it.", estimateSeconds: 0 };
  }
  if (row.paused) {
    const why = row.pause_reason ? `: ${row.pause_reason}` : ".";
    return { position, heldBy: "pause", reason: `The warehouse is paused${why}`, estimateSeconds: null };
  }
  if (row.per_user > 0 && row.mine >= row.per_user) {
    const reason = `You already run ${row.mine} here, as many as one person may at once.`;
    return { position, heldBy: "perUser", reason, estimateSeconds };
  }
  if (row.used >= row.slots) {
    const reason =
      row.slots === 1 ? "The warehouse's one slot is in use." : `All ${row.slots} slots of the warehouse are in use.`;
    return { position, heldBy: "slots", reason, estimateSeconds };
  }
  return { position, heldBy: "turn", reason: "Its turn comes next.", estimateSeconds };
}
