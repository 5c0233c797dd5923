import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import type { GateView } from "./schema";

type Row = Omit<GateView, "pausedAt"> & { pausedAt: Date | null };

/** The gate as it stands. Who paused it is what the audit log says of the last pause. @throws SluiceError not_found */
export async function gateOf(warehouseId: string): Promise<GateView> {
  const [row] = await sql<Row>(
    "gate_view",
    `select w.slots, w.per_user as "perUser", w.paused, case when w.paused then w.pause_reason end as reason,
       (select count(*)::int from work k where k.warehouse_id = w.id and k.state in ('admitted', 'running')) as running,
       (select count(*)::int from work k where k.warehouse_id = w.id and k.state = 'waiting') as waiting,
       p.name as "pausedBy", p.at as "pausedAt"
     from warehouses w
     left join lateral (select a.at, u.name from audit_entries a left join users u on u.id = a.user_id
       where w.paused and a.object = 'warehouse:' || w.id and a.action = 'gate.set' and a.detail @> '{"paused": true}'
       order by a.id desc limit 1) p on true
     where w.id = $1`,
    [warehouseId],
  );
  if (!row) throw new SluiceError("not_found", "There is no such warehouse.");
  return { ...row, pausedAt: row.pausedAt?.toISOString() ?? null };
}
