import { sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { audit } from "./audit";
import type { Context } from "./context";
import { allow } from "./policy";
import { forgetSessions } from "./sessions";

/** How long an admin looks as somebody else before it ends by itself. */
const viewMs = 3_600_000;

/**
 * From now on this browser's session looks as that person, and changes nothing. Whoever it is sees what they see, also
 * what no admin does; so each is logged, beginning and end.
 * @throws SluiceError forbidden outside a browser's own session, invalid at `person`
 */
export async function beginViewAs(
  ctx: Context,
  asked: { person: string },
): Promise<{ person: { id: string; name: string }; until: string }> {
  allow(ctx, "person.view");
  const { sessionId } = ctx;
  if (asked.person === ctx.user.id) throw invalidAt("person", "This is you.");
  // One that was over a moment ago would be written over, and its end never logged.
  await endOldViews();
  const until = new Date(Date.now() + viewMs);
  const person = await db().$transaction(async (tx) => {
    const found = await tx.user.findFirst({
      where: { id: asked.person, disabledAt: null },
      select: { id: true, name: true },
    });
    if (!found) throw invalidAt("person", "There is no such person, or they are deactivated.");
    if (sessionId === null) {
      const message =
        "Viewing as somebody is for a browser that signed in to Sluice itself: no token and no proxy has it.";
      throw new SluiceError("forbidden", message);
    }
    await tx.session.update({ where: { id: sessionId }, data: { viewAsId: found.id, viewUntil: until } });
    await audit(tx, ctx, "person.view", `user:${found.id}`, { until: until.toISOString() });
    return found;
  });
  forgetSessions();
  return { person, until: until.toISOString() };
}

/** Be oneself again. @throws SluiceError not_found when nobody is looked as */
export async function endViewAs(ctx: Context): Promise<void> {
  allow(ctx, "view.end");
  const { viewedBy: admin, sessionId } = ctx;
  if (!admin || !sessionId) throw new SluiceError("not_found", "You look at Sluice as yourself.");
  await db().$transaction(async (tx) => {
    await tx.session.update({ where: { id: sessionId }, data: { viewAsId: null, viewUntil: null } });
    const self = { user: { ...ctx.user, id: admin.id }, tokenId: null, address: ctx.address };
    await audit(tx, self, "person.view-end", `user:${ctx.user.id}`, { by: "them" });
  });
  forgetSessions();
}

/** Logs the end of those whose hour, or whose session, is over. They show nothing any more, whether or not this ran. */
export async function endOldViews(): Promise<void> {
  const rows = await sql<{ id: string }>(
    "views-over",
    `select id from sessions where view_until is not null
       and (view_until <= now() or ended_at is not null or expires_at <= now())`,
    [],
  );
  for (const { id } of rows)
    await sql(
      "view-over",
      `with over as (select id, user_id, view_as_id, ended_at, address from sessions
           where id = $1 and view_until is not null for update),
         gone as (update sessions s set view_as_id = null, view_until = null from over where s.id = over.id)
       insert into audit_entries (id, user_id, action, object, detail, address)
         select $2, user_id, 'person.view-end', 'user:' || coalesce(view_as_id, ''),
           jsonb_build_object('by', case when ended_at is null then 'time' else 'the end of the session' end), address
         from over`,
      [id, newId()],
    );
}
