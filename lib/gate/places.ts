import { sql } from "@/lib/platform/db/pool";

/** Where a piece of work stands in line. */
export interface Place {
  warehouse: string;
  /** From 1. */
  position: number;
}

/**
 * How manieth each of these attempts of stages is at the warehouse where most are before it: the line is as sluice_admit's order
 * would have it if nothing came or went (lane with ageing, turn about by person, age). One that waits at no warehouse is
 * left out.
 */
export async function placesOf(attempts: string[]): Promise<Map<string, Place>> {
  if (attempts.length === 0) return new Map();
  const rows = await sql<Place & { attempt: string }>("attempt_places", query, [attempts]);
  return new Map(rows.map(({ attempt, ...place }) => [attempt, place]));
}

const query = `
  with doors as materialized (
    select distinct warehouse_id from work where attempt_id = any($1) and state = 'waiting'
  ), leased as (
    select r.warehouse_id, r.user_id, count(*)::int as running from work r
    where r.warehouse_id in (select warehouse_id from doors) and r.state in ('admitted', 'running') group by 1, 2
  ), waiting as (
    select k.id, k.warehouse_id, k.attempt_id, k.user_id, k.raised, k.queued_at, sluice_lane_now(k.lane, k.queued_at) as lane_now
    from work k where k.warehouse_id in (select warehouse_id from doors) and k.state = 'waiting'
  ), turns as (
    select w.*, coalesce(l.running, 0) + row_number() over (
      partition by w.warehouse_id, w.user_id, w.lane_now order by w.raised desc, w.queued_at, w.id) as turn
    from waiting w left join leased l on l.user_id = w.user_id and l.warehouse_id = w.warehouse_id
  ), line as (
    select t.attempt_id, t.warehouse_id, row_number() over (
      partition by t.warehouse_id order by t.raised desc, t.lane_now, t.turn, t.queued_at, t.id)::int as position
    from turns t
  )
  select distinct on (l.attempt_id) l.attempt_id as attempt, w.name as warehouse, l.position
  from line l join warehouses w on w.id = l.warehouse_id where l.attempt_id = any($1)
  order by l.attempt_id, l.position desc`;
