import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { sql } from "@/lib/platform/db/pool";
import type { LoadHistory } from "./schema";

const minutes = 5;

interface Point extends Omit<LoadHistory["points"][number], "at"> {
  at: Date;
}

interface Decision {
  at: Date;
  action: string;
  detail: Record<string, unknown>;
  by: string | null;
  /** Of a limit of a team, person or token: which, by name. */
  whose: string | null;
}

/** The last 24 hours of a warehouse by its own word, in points of 5 minutes, and what the gate did meanwhile. */
export async function getLoadHistory(ctx: Context, warehouse: string): Promise<LoadHistory> {
  allow(ctx, "load.read");
  const { id } = await warehouseFor(warehouse);
  const to = new Date();
  const from = new Date(to.getTime() - 24 * 3_600_000);
  const [points, decisions] = await Promise.all([
    sql<Point>(
      "load_history",
      `select date_bin(make_interval(mins => $3), at, 'epoch') as at, max((load ->> 'active')::int) as active,
         max((load ->> 'foreign')::int) as foreign, max((load ->> 'waiting')::int) as waiting, max(heat) as heat,
         max(used) as used, max(queued) as queued, min(slots) as slots
       from load_samples where warehouse_id = $1 and at >= $2 group by 1 order by 1`,
      [id, from, minutes],
    ),
    sql<Decision>("load_decisions", decided, [id, from]),
  ]);
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    minutes,
    points: points.map((point) => ({ ...point, at: point.at.toISOString() })),
    decisions: decisions.toReversed().map(({ at, action, detail, by, whose }) => ({
      at: at.toISOString(),
      by,
      ...inWords(action, detail, whose),
    })),
  };
}

/** Whether a stage of that run, or the one that is named, stands at this gate. */
const stageHere = (run: string, stage = "g.stage") => `exists (select from run_stages g where g.run_id = ${run}
  and g.stage = ${stage} and g.doors @> jsonb_build_array(jsonb_build_object('warehouse', $1::text)))`;

/**
 * Of the warehouse itself and of all of them, by the audit log; and the pauses that time has ended, which nobody did.
 * Each action is a list that its index has in order.
 */
const decided = `
  select a.at, a.action, a.detail, u.name as by,
    case when a.action = 'limit.set' and split_part(a.object, ':', 1) in ('team', 'user', 'person', 'token')
      then sluice_scope_title(replace(split_part(a.object, ':', 1), 'user', 'person'), split_part(a.object, ':', 2)) end as whose
  from (
    select * from audit_entries where object in ('warehouse:' || $1, 'gate') and id >= sluice_first_id($2) and at >= $2
      and action in ('gate.set', 'gate.pause', 'gate.resume', 'gate.slow', 'gate.heat', 'session.end_foreign')
      and detail <> '{}' and not (action = 'session.end_foreign' and detail ->> 'outcome' is distinct from 'ended')
    union all
    select * from audit_entries where action = 'limit.set'
      and (object not like 'warehouse:%' or object = 'warehouse:' || $1) and id >= sluice_first_id($2) and at >= $2
    union all
    select c.* from audit_entries c join executions e on e.id = substr(c.object, 11)
      where c.action = 'execution.cancel' and c.id >= sluice_first_id($2) and c.at >= $2 and c.detail ? 'reason'
        and e.warehouse_id = $1 and c.user_id is distinct from e.user_id
    union all
    select * from audit_entries where action = 'gate.stop' and object = 'warehouse:' || $1 and id >= sluice_first_id($2)
      and at >= $2 and detail ->> 'of' is distinct from 'execution'
    union all
    select c.* from audit_entries c join runs r on r.id = substr(c.object, 5) join users o on o.id = c.user_id
      where c.action = 'run.cancel' and c.id >= sluice_first_id($2) and c.at >= $2 and o.role = 'admin' and c.user_id <> r.user_id
        and ${stageHere("r.id")}
    union all
    select c.* from audit_entries c where c.action = 'gate.move' and c.id >= sluice_first_id($2) and c.at >= $2
      and (exists (select from executions e where c.object like 'execution:%' and e.id = substr(c.object, 11) and e.warehouse_id = $1)
        or c.object like 'run:%' and ${stageHere("substr(c.object, 5)", "c.detail ->> 'stage'")})
    union all
    select 'by time', p.ended_at, null, null, 'gate.resume', 'gate', jsonb_build_object('of', p.kind, 'targets', p.targets), null
      from pauses p where p.ended_at >= $2 and p.ended_by_id is null and (p.warehouse_id is null or p.warehouse_id = $1)
  ) a left join users u on u.id = a.user_id order by a.at desc limit 500`;

type Words = Pick<LoadHistory["decisions"][number], "kind" | "text">;

const because = (reason: unknown) => (typeof reason === "string" && reason ? `: ${reason}` : "");
const held = ({ of, targets }: Record<string, unknown>) =>
  of === "lane" && Array.isArray(targets) ? `lanes ${targets.join(", ")}` : of === "everything" ? "" : `${of}s`;

function inWords(action: string, detail: Record<string, unknown>, whose: string | null): Words {
  const { from, to, of, reason } = detail;
  switch (action) {
    case "gate.slow":
      return { kind: "slow", text: `Slots ${from} → ${to} of ${of}${because(reason)}` };
    case "gate.pause":
      return { kind: "pause", text: `Paused ${held(detail)}`.trim() + because(reason) };
    case "gate.resume":
      return { kind: "resume", text: `Resumed ${held(detail)}`.trim() };
    case "execution.cancel":
      return { kind: "stop", text: `Stopped an execution${because(reason)}` };
    case "run.cancel":
      return { kind: "stop", text: `Cancelled a run${because(reason)}` };
    case "gate.stop":
      return { kind: "stop", text: `Stopped ${held(detail) || "everything"}${because(reason)}` };
    case "gate.move":
      return { kind: "move", text: `Put ${detail.stage ? `the stage ${detail.stage}` : "an execution"} ${to}` };
    case "session.end_foreign":
      return { kind: "session", text: `Ended a session of ${detail.user ?? "somebody"}${because(reason)}` };
    case "limit.set":
      return {
        kind: "limit",
        text:
          (detail.value == null ? `Took the limit ${detail.name} away` : `Limit ${detail.name}: ${detail.value}`) +
          (whose ? ` (${whose})` : ""),
      };
    case "gate.heat":
      return {
        kind: "limit",
        text:
          detail.slowDown === undefined
            ? "Changed what is hot"
            : `Switched the slow-down ${detail.slowDown ? "on" : "off"}`,
      };
    default:
      return ofGate(detail);
  }
}

/** One setting of a gate may be several things; the weightiest is what kind of mark it is. */
function ofGate({ paused, reason, ...settings }: Record<string, unknown>): Words {
  if (paused === true) return { kind: "pause", text: `Paused${because(reason)}` };
  if (paused === false) return { kind: "resume", text: "Resumed" };
  const text = Object.entries(settings)
    .map(([name, value]) => settingWords[name]?.(value))
    .filter(Boolean)
    .join(", ");
  return { kind: settings.slots === undefined ? "limit" : "slots", text: text || "Changed the gate" };
}

const settingWords: Record<string, (value: unknown) => string> = {
  slots: (value) => `Slots: ${value}`,
  perUser: (value) => (value === 0 ? "No limit per person" : `Per person: ${value}`),
  unwatchedMinutes: (value) => (value === null ? "Keeps unwatched work" : `Ends work unwatched for ${value} min`),
  statementTimeout: (value) => `Longest run: ${value} s`,
};
