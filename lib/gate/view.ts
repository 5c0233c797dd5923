import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import type { GateView } from "./schema";

type Times = "pausedAt" | "until" | "slowedSince";
type Row = Omit<GateView, Times> & Record<Times, Date | null>;

/** The gate as it stands; of several pauses of everything the one that ends last. @throws SluiceError not_found */
export async function gateOf(warehouseId: string): Promise<GateView> {
  const [row] = await sql<Row>(
    "gate_view",
    `select w.slots, w.per_user as "perUser", w.paused, p.reason, p.until, coalesce(p.drain, false) as draining,
       (select count(*)::int from work k where k.warehouse_id = w.id and k.state in ('admitted', 'running')) as running,
       (select count(*)::int from work k where k.warehouse_id = w.id and k.state = 'waiting') as waiting,
       p.name as "pausedBy", p.at as "pausedAt", least(w.slots, w.slots_now) as "slotsNow",
       case when w.slots_now < w.slots then w.slowed_at end as "slowedSince",
       case when w.slots_now < w.slots then w.slow_reason end as "slowReason",
       w.unwatched_minutes as "unwatchedMinutes"
     from warehouses w
     left join lateral (select p.*, u.name from pauses p left join users u on u.id = p.by_id
       where p.ended_at is null and p.kind = 'everything' and (p.warehouse_id is null or p.warehouse_id = w.id)
       order by p.until desc nulls first, p.at limit 1) p on true
     where w.id = $1`,
    [warehouseId],
  );
  if (!row) throw new SluiceError("not_found", "There is no such warehouse.");
  const { pausedAt, until, slowedSince } = row;
  return {
    ...row,
    pausedAt: pausedAt?.toISOString() ?? null,
    until: until?.toISOString() ?? null,
    slowedSince: slowedSince?.toISOString() ?? null,
  };
}
