import type { Context } from "@/lib/access/context";
import { notify } from "@/lib/inbox/notify";
import type { Transaction } from "@/lib/platform/db/prisma";
import type { NewPause } from "./pauses";
import { lanes } from "./schema";

/**
 * A line in the inbox of everybody whom a pause concerns: who has work waiting that it holds and, of a pause that holds
 * scheduled work, whose schedules fall due before it ends (within a day, where it has no end): of a pipeline its team or, without one, its owner. Not whoever set it.
 */
export async function tellConcerned(tx: Transaction, ctx: Context, pause: NewPause): Promise<void> {
  const { warehouse, asked, until } = pause;
  const rows = await tx.$queryRaw<{ id: string; name: string | null }[]>`
    select distinct k.user_id as id from work k where k.state = 'waiting'
      and (${warehouse}::text is null or k.warehouse_id = ${warehouse})
      and exists (select from pauses p where p.id = ${pause.id} and sluice_pause_holds(p, k.user_id, k.token_id, k.lane))
    union
    select distinct coalesce(m.user_id, p.owner_id, t.owner_id) from triggers t
      left join queries q on q.id = t.query_id left join pipelines p on p.id = t.pipeline_id
      left join (team_members m join users u on u.id = m.user_id and u.disabled_at is null) on m.team_id = p.team_id
      where t.paused_at is null and t.next_at < coalesce(${until}::timestamptz, now() + interval '1 day')
        and ${asked.of === "everything" || (asked.of === "lane" && (asked.targets ?? []).includes("scheduled"))}
        and (${warehouse}::text is null or q.warehouse_id = ${warehouse}
          or ${warehouse} = any(p.warehouses) or exists (
          select from boards b, jsonb_array_elements(b.tiles) tile join queries o on o.id = tile ->> 'query'
          where b.id = t.board_id and o.warehouse_id = ${warehouse}))`;
  const where = warehouse
    ? (await tx.warehouse.findUniqueOrThrow({ where: { id: warehouse }, select: { name: true } })).name
    : "every warehouse";
  const what = asked.of === "lane" ? `${inOrder(asked.targets ?? []).join(" and ")} work` : "work";
  const end = until ? ` until ${until.toISOString().slice(11, 16)} UTC; it goes on by itself then` : "";
  const why = asked.reason?.trim() ? ` Reason: ${asked.reason.trim()}` : "";
  const text = `${ctx.user.name} paused ${what} on ${where}${end}.${why}`;
  const people = rows.map((row) => row.id).filter((id) => id !== ctx.user.id);
  await notify(tx, people, { kind: "gate", text, url: "/executions?user=me&state=queued" });
}

const inOrder = (targets: string[]) => lanes.filter((lane) => targets.includes(lane));
