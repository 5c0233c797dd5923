import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { pool } from "@/lib/platform/db/pool";
import { type InboxView, type NoticeKind, type NoticeView, readShownDays } from "./schema";

const shown = 20;
const countedTo = 100;

/** A failure of one's own that nobody has been shown, of the last two weeks. */
const unseenFailure = `e.user_id = $1 and e.state = 'failed' and e.failure_seen_at is null
  and e.submitted_at > now() - interval '14 days'`;

/** Requests, mentions and answers, and what failed while its author looked elsewhere; newest first. */
export async function inboxOf(ctx: Context): Promise<InboxView> {
  allow(ctx, "inbox.own");
  const [items, unread] = await Promise.all([listNotices(ctx), unreadOf(ctx)]);
  return { items, next: null, unread };
}

async function listNotices(ctx: Context): Promise<NoticeView[]> {
  const { rows } = await pool().query<{
    id: string;
    kind: NoticeKind;
    text: string;
    path: string;
    at: Date;
    read: boolean;
    request: string | null;
  }>(
    `(select n.id, n.kind, n.text, n.url as path, n.created_at as at, n.read_at is not null as read, r.id as request
        from notices n left join access_requests r on r.id = n.request_id and r.state = 'open'
        where n.user_id = $1 and (n.read_at is null or n.created_at > now() - interval '${readShownDays} days')
        order by n.id desc limit ${shown})
     union all
     (select e.id, 'failure', 'It failed: ' || coalesce(q.title, left(regexp_replace(trim(e.sql), '\\s+', ' ', 'g'), 100)),
        '/executions/' || e.id, coalesce(e.finished_at, e.submitted_at), false, null
        from executions e left join queries q on q.id = e.query_id where ${unseenFailure} order by e.id desc limit ${shown})
     order by read, at desc limit ${shown}`,
    [ctx.user.id],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** How many have not been read; beyond a hundred, a hundred. */
export async function unreadOf(ctx: Context): Promise<number> {
  const { rows } = await pool().query<{ count: number }>(
    `select (select count(*) from (select 1 from notices where user_id = $1 and read_at is null limit ${countedTo}) n)
       + (select count(*) from (select 1 from executions e where ${unseenFailure} limit ${countedTo}) f) as count`,
    [ctx.user.id],
  );
  return Math.min(rows[0]?.count ?? 0, countedTo);
}
