import { Gauge, type Registry } from "prom-client";
import { lanes } from "@/lib/executions/schema";
import { sql } from "@/lib/platform/db/pool";

interface Held {
  warehouse: string;
  lane: number;
  running: number;
  waiting: number;
  /** Seconds; null while nothing waits. */
  oldest: number | null;
}

const byLane = ["warehouse", "lane"] as const;

/** What stands at each gate now. All of it comes from the database, so every web process says the same. */
export function gateGauges(registry: Registry): () => Promise<void> {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const running = gauge("sluice_gate_running", "Pieces of work that hold a slot", byLane);
  const waiting = gauge("sluice_gate_waiting", "Pieces of work that wait for a slot", byLane);
  const oldest = gauge("sluice_gate_oldest_wait_seconds", "How long the oldest of them has waited", byLane);
  const slots = gauge("sluice_gate_slots", "How much may run at once", ["warehouse"]);
  const paused = gauge("sluice_gate_paused", "1 while the warehouse is paused", ["warehouse"]);
  const workers = gauge("sluice_workers", "Workers that were seen within 5 s", []);
  return async () => {
    const [held, gates, alive] = await Promise.all([
      sql<Held>(
        "metrics_work",
        `select w.name as warehouse, k.lane, count(*) filter (where k.state <> 'waiting')::int as running,
           count(*) filter (where k.state = 'waiting')::int as waiting,
           extract(epoch from now() - min(k.queued_at) filter (where k.state = 'waiting'))::float8 as oldest
         from work k join warehouses w on w.id = k.warehouse_id
         where k.state in ('waiting', 'admitted', 'running') group by 1, 2`,
        [],
      ),
      sql<{ name: string; slots: number; paused: boolean }>(
        "metrics_gates",
        "select name, least(slots, slots_now) as slots, paused from warehouses order by name",
        [],
      ),
      sql<{ n: number }>(
        "metrics_workers",
        "select count(*)::int as n from workers where seen_at > now() - interval '5 seconds'",
        [],
      ),
    ]);
    for (const one of [running, waiting, oldest, slots, paused]) one.reset();
    for (const { name, slots: most, paused: is } of gates) {
      slots.set({ warehouse: name }, most);
      paused.set({ warehouse: name }, is ? 1 : 0);
      for (const [n, lane] of lanes.entries()) {
        const found = held.find((row) => row.warehouse === name && row.lane === n);
        running.set({ warehouse: name, lane }, found?.running ?? 0);
        waiting.set({ warehouse: name, lane }, found?.waiting ?? 0);
        oldest.set({ warehouse: name, lane }, found?.oldest ?? 0);
      }
    }
    workers.set(alive[0]?.n ?? 0);
  };
}
