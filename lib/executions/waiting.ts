import { type Hold, holdWords } from "@/lib/gate/hold";
import { sql } from "@/lib/platform/db/pool";
import type { Waiting } from "./schema";

interface Row {
  state: "waiting" | "admitted" | "running" | "done";
  /** Seconds since it was admitted. */
  admitted: number | null;
  /** Workers that are alive. */
  workers: number;
  lane: number;
  /** Given now, and by an admin: fewer now while the warehouse is slowed down. */
  slots: number;
  most: number;
  slow_reason: string | null;
  per_user: number;
  used: number;
  mine: number;
  position: number;
  /** The how manieth it is of its own person's that wait. */
  own: number;
  /** Seconds: half of the last runs took so long or less. */
  typical: number | null;
  /** Seconds since a slot was given last: to anybody, and to its own person. Null: none is in use. */
  given: number | null;
  given_mine: number | null;
  hold: Hold | null;
}

/**
 * Why a queued statement is not running yet. The position counts the work that the gate's order puts before it: lane
 * with ageing, then turn about by person, then age (sluice_admit). It is counted by person and lane, not by sorting all
 * that wait, for thousands may wait and each may be asked about.
 */
export async function waitingOf(statementId: string): Promise<Waiting | null> {
  const [row] = await sql<Row>("waiting", query, [statementId]);
  return row ? inWords(row) : null;
}

const laneNow = "sluice_lane_now(k.lane, k.queued_at)";

const query = `
  with me as (
    select k.*, ${laneNow} as lane_now from work k join statements s on s.work_id = k.id where s.id = $1
  ), leased as (
    select r.user_id, count(*) as running, max(r.admitted_at) as given from work r, me
    where r.warehouse_id = me.warehouse_id and r.state in ('admitted', 'running') group by 1
  ), line as (
    select k.user_id, ${laneNow} as lane_now, count(*) as pieces, min(k.queued_at) as oldest,
      count(*) filter (where k.user_id = me.user_id and ${laneNow} = me.lane_now
        and (k.queued_at, k.id) < (me.queued_at, me.id)) as before_me
    from work k, me where k.warehouse_id = me.warehouse_id and k.state = 'waiting' and not k.raised group by 1, 2
  ), turn as (
    -- The how manieth of its person's it will be, those that run included.
    select coalesce((select sum(before_me) from line), 0) + coalesce((select running from leased l where l.user_id = me.user_id), 0) as mine
    from me
  ), ahead as (
    select coalesce(sum(case
      when l.user_id = me.user_id then case when l.lane_now < me.lane_now then l.pieces else l.before_me end
      when l.lane_now < me.lane_now then l.pieces
      when l.lane_now > me.lane_now then 0
      -- Of others in the same lane: those whose turn comes before mine, and on equal turns who waits longer.
      else least(l.pieces, greatest(0, turn.mine - coalesce(d.running, 0) + case when l.oldest < me.queued_at then 1 else 0 end))
    end), 0) as pieces
    from me, turn, line l left join leased d on d.user_id = l.user_id
  ), raised as (
    select count(*) filter (where not me.raised or (k.queued_at, k.id) < (me.queued_at, me.id)) as pieces
    from me left join work k on k.warehouse_id = me.warehouse_id and k.state = 'waiting' and k.raised and k.id <> me.id
    where k.id is not null
  )
  select me.state::text, extract(epoch from clock_timestamp() - me.admitted_at)::float8 as admitted,
    (select count(*)::int from workers where seen_at > now() - interval '5 seconds') as workers, me.lane, least(w.slots, w.slots_now) as slots, w.slots as most, w.slow_reason, w.per_user,
    (select coalesce(sum(running), 0)::int from leased) as used,
    (select coalesce(sum(running), 0)::int from leased where user_id = me.user_id) as mine,
    (select turn.mine + 1 - coalesce((select running from leased where user_id = me.user_id), 0) from turn)::int as own,
    (select extract(epoch from clock_timestamp() - max(given))::float8 from leased) as given,
    (select extract(epoch from clock_timestamp() - given)::float8 from leased where user_id = me.user_id) as given_mine,
    (1 + case when me.raised then 0 else ahead.pieces end + raised.pieces)::int as position,
    case when me.state = 'waiting' and (w.paused or w.ruled) then sluice_hold(me.warehouse_id, me.user_id, me.token_id, me.lane) end as hold,
    (select percentile_cont(0.5) within group (order by extract(epoch from t.finished_at - t.started_at))
      from (select s.started_at, s.finished_at from statements s where s.warehouse_id = w.id
        and s.started_at is not null and s.finished_at is not null and s.expired_at is null
        order by s.finished_at desc limit 50) t) as typical
  from me cross join ahead cross join raised join warehouses w on w.id = me.warehouse_id`;

/** A worker with a free hand has taken it by then. */
const soonSeconds = 2;
/** What has run for less is not long, whatever was usual. */
const longSeconds = 3;

interface Estimate {
  seconds: number | null;
  /** In words. */
  basis: string | null;
}

const unknown: Estimate = { seconds: null, basis: null };

const untakenWords = (workers: number) =>
  workers === 0
    ? "It has its slot, but no worker is running that could take it. Tell an admin."
    : "It has its slot, and waits for a worker to take it. All of them may be busy.";

/**
 * When its turn comes, by how long the last runs took: `place` in line before `slots` that are given back about so often.
 * Nobody knows once what runs has run for much longer than these: then there are words, and no number.
 */
function estimateOf(row: Row, place: number, slots: number, given: number | null, own = false): Estimate {
  const { typical } = row;
  if (typical === null) return unknown;
  if (given !== null && given > Math.max(longSeconds, 2 * typical))
    return { seconds: null, basis: "What runs now takes longer than most did, so nobody knows for how long." };
  const at = own ? `you may run ${slots} at once` : `${slots} ${slots === 1 ? "runs" : "run"} at once`;
  const took = typical < 0.1 ? "less than 0.1 s" : `${typical.toFixed(1)} s or less`;
  return {
    seconds: Math.max(1, Math.round(typical * Math.ceil(place / Math.max(1, slots)))),
    basis: `Half of the last runs here took ${took}; ${at}, and it is number ${place} ${own ? "of yours " : ""}in line.`,
  };
}

function inWords(row: Row): Waiting {
  const position = Math.max(1, row.position);
  const usual = estimateOf(row, position, row.slots, row.given);
  const said = (heldBy: Waiting["heldBy"], reason: string, { seconds, basis } = usual): Waiting => ({
    ...{ position, heldBy, reason, estimateSeconds: seconds, estimateBasis: basis },
    until: null,
    limit: null,
  });
  if (row.state === "running")
    return { ...said("batch", "An earlier statement of its batch is running."), position: 1 };
  if (row.state !== "waiting") {
    const late = (row.admitted ?? 0) > soonSeconds;
    return {
      ...said("worker", late ? untakenWords(row.workers) : "It has its slot; a worker is taking it.", {
        seconds: late ? null : 0,
        basis: null,
      }),
      position: 1,
    };
  }
  const { hold } = row;
  if (hold?.heldBy === "pause") return { ...said("pause", holdWords(hold, row.lane), unknown), until: hold.until };
  if (hold) {
    const { name, scope, title, value } = hold;
    return { ...said("limit", holdWords(hold, row.lane)), limit: { name, scope, title, value } };
  }
  if (row.per_user > 0 && row.mine >= row.per_user)
    return said(
      "perUser",
      `You already run ${row.mine} here, as many as one person may at once.`,
      estimateOf(row, row.own, row.per_user, row.given_mine, true),
    );
  if (row.used >= row.slots && row.slots < row.most)
    return said(
      "slots",
      `The warehouse is hot${row.slow_reason ? ` (${row.slow_reason})` : ""}, so ${row.slots} of its ${row.most} slots ${row.slots === 1 ? "is" : "are"} given for now. They come back by themselves.`,
    );
  if (row.used >= row.slots)
    return said(
      "slots",
      row.slots === 1 ? "The warehouse's one slot is in use." : `All ${row.slots} slots of the warehouse are in use.`,
    );
  return said("turn", "Its turn comes next.");
}
