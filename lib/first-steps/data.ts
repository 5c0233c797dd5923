import type { Context } from "@/lib/access/context";
import { may } from "@/lib/access/policy";
import { seesQuery } from "@/lib/access/queries";
import { warehousesOf } from "@/lib/access/reader";
import { pool } from "@/lib/platform/db/pool";
import type { Step } from "./schema";

interface Facts {
  hidden: boolean;
  /** May ask a warehouse that somebody connected. */
  asks: boolean;
  connected: boolean;
  invited: boolean;
  changed: boolean;
  wrote: boolean;
  shared: boolean;
  query_id: string | null;
  title: string | null;
  shareable: string | null;
}

/** Whether somebody ran the same version with other values; as two ranges, which the index over answers has. */
const ran = (than: "<" | ">", mine: string) => `exists (
  select 1 from executions o where o.query_id = ${mine}.query_id and o.query_version = ${mine}.version
    and o.query_values is not null and md5(o.query_values::text) ${than} ${mine}.given)`;

/** Looked at no further back: who ran more than this needs no first steps. */
const lately = 200;

/**
 * What this person has not tried yet, by what is there and not by what was clicked; null once they have tried all of
 * it, or have put it away.
 */
export async function firstSteps(ctx: Context): Promise<Step[] | null> {
  const warehouses = await warehousesOf(ctx);
  const { rows } = await pool().query<Facts>(
    `with mine as (
       select e.id, e.query_id, e.query_version as version, md5(e.query_values::text) as given
       from executions e where e.user_id = $1 order by e.id desc limit ${lately}),
     example as (
       select q.id, q.title from queries q
       where ${seesQuery("q", "$2", "$1", "$3")} and q.archived_at is null and jsonb_array_length(q.parameters) > 0
       order by q.verified_version = q.version desc nulls last, q.id desc limit 1)
     select u.first_steps_hidden as hidden,
       exists (select 1 from warehouses w where w.id = any($2) and not w.personal) as asks,
       exists (select 1 from warehouses w where w.name <> 'demo' and not w.personal) as connected,
       exists (select 1 from users o where o.id <> u.id and o.disabled_at is null) as invited,
       exists (
         select 1 from mine m where ${ran("<", "m")} or ${ran(">", "m")}) as changed,
       exists (select 1 from mine where query_id is null) as wrote,
       exists (select 1 from shares s where s.sharer_id = u.id) as shared,
       (select id from example) as query_id, (select title from example) as title,
       (select id from mine order by id desc limit 1) as shareable
     from users u where u.id = $1`,
    [ctx.user.id, warehouses, ctx.teamIds],
  );
  const [facts] = rows;
  if (!facts || facts.hidden) return null;
  const steps: Step[] = [];
  const query = facts.query_id ? `/queries/${facts.query_id}` : null;
  if (query) steps.push({ name: "change", done: facts.changed, url: query, title: facts.title ?? "" });
  if (may(ctx, "warehouse.manage"))
    steps.push({ name: "connect", done: facts.connected, url: "/admin/warehouses/new" });
  if (may(ctx, "person.manage")) steps.push({ name: "invite", done: facts.invited, url: "/admin/users" });
  if (may(ctx, "execution.run") && facts.asks) steps.push({ name: "write", done: facts.wrote, url: "/queries/new" });
  const share = facts.shareable ? `/executions/${facts.shareable}` : query;
  if (share) steps.push({ name: "share", done: facts.shared, url: share });
  return steps.some(({ done }) => !done) ? steps : null;
}
