import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { rightsOf } from "@/lib/access/rights";
import { liveShare, namesPerson } from "@/lib/access/share-sql";
import { grantBehind, personNow } from "@/lib/access/shares";
import { likeText } from "@/lib/platform/db/like";
import { pool } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { answersFor, findObject, objectFor, pathOf, type SharedObject, wantedOf } from "./object";
import type { ObjectRef, SharedKind, SharedWithMe, ShareView, WhoFound } from "./schema";

interface Row {
  id: string;
  kind: SharedKind;
  object_id: string;
  audience: ShareView["audience"];
  to_id: string | null;
  to_name: string | null;
  allows: ShareView["allows"];
  sharer_id: string;
  sharer_name: string;
  created_at: Date;
  expires_at: Date | null;
  openings: number;
  people: number;
  last: Date | null;
}

const columns = `s.id, s.kind, s.object_id, s.audience, coalesce(s.user_id, s.team_id) as to_id, coalesce(p.name, t.name) as to_name,
  s.allows, s.sharer_id, u.name as sharer_name, s.created_at, s.expires_at, o.openings, o.people, o.last`;
const tables = `shares s join users u on u.id = s.sharer_id left join users p on p.id = s.user_id left join teams t on t.id = s.team_id
  cross join lateral (select count(*)::int as openings, count(distinct user_id)::int as people, max(at) as last
    from share_openings where share_id = s.id) o`;

async function viewOf(ctx: Context, object: SharedObject, row: Row): Promise<ShareView> {
  return {
    id: row.id,
    kind: row.kind,
    objectId: row.object_id,
    audience: row.audience,
    to: row.to_id ? { id: row.to_id, name: row.to_name ?? "Somebody who is gone" } : null,
    allows: row.allows,
    sharer: { id: row.sharer_id, name: row.sharer_name },
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    closed: await whyClosed(object, {
      audience: row.audience,
      sharerId: row.sharer_id,
      sharer: row.sharer_name,
      allows: row.allows,
      expiresAt: row.expires_at,
    }),
    openings: { count: row.openings, people: row.people, last: row.last?.toISOString() ?? null },
    mayRevoke: row.sharer_id === ctx.user.id || answersFor(ctx, object),
  };
}

interface Closable {
  audience: string;
  sharerId: string;
  sharer: string;
  allows: "see" | "run";
  expiresAt: Date | null;
  revokedAt?: Date | null;
}

/** Why a share opens nothing now, in words; null while it does. */
export async function whyClosed(object: SharedObject, share: Closable): Promise<string | null> {
  if (share.revokedAt) return "It was taken back.";
  if (share.expiresAt && share.expiresAt.getTime() <= Date.now()) return "It has expired.";
  const sharer = await personNow(share.sharerId);
  if (!sharer) return `${share.sharer}, who shared it, is no longer here.`;
  if (share.audience === "link" && !(await rightsOf(sharer)).includes("link"))
    return `${share.sharer}, who made it, may not make such links any more.`;
  const wanted = wantedOf(object, "see");
  if (wanted && (await grantBehind(sharer, wanted))) return null;
  return `${share.sharer}, who shared it, may not open it any more.`;
}

/**
 * Its shares that are neither revoked nor over, newest first: all of them for whoever answers for it, else one's own.
 * @throws SluiceError not_found
 */
export async function listShares(ctx: Context, ref: ObjectRef): Promise<ShareView[]> {
  allow(ctx, "share.read");
  const object = await objectFor(ctx, ref);
  const { rows } = await pool().query<Row>(
    `select ${columns} from ${tables} where s.kind = $1 and s.object_id = $2 and ${liveShare} and (s.sharer_id = $3 or $4)
     order by s.id desc limit 200`,
    [ref.kind, ref.id, ctx.user.id, answersFor(ctx, object)],
  );
  return Promise.all(rows.map((row) => viewOf(ctx, object, row)));
}

/** One share of an object that the caller has asked about. @throws SluiceError not_found */
export async function readShare(ctx: Context, object: SharedObject, id: string): Promise<ShareView> {
  const { rows } = await pool().query<Row>(`select ${columns} from ${tables} where s.id = $1`, [id]);
  if (!rows[0]) throw new SluiceError("not_found", "There is no such share.");
  return viewOf(ctx, object, rows[0]);
}

/** What others share with this person and is open now, newest first; of several shares of one thing the newest. */
export async function sharedWithMe(ctx: Context, limit = 8): Promise<SharedWithMe[]> {
  allow(ctx, "share.read");
  const { rows } = await pool().query<Row>(
    `select ${columns} from ${tables} where s.id in (
       select max(s.id) from shares s join users u on u.id = s.sharer_id
       where ${liveShare} and ${namesPerson} and s.sharer_id <> $1 and u.disabled_at is null
       group by s.kind, s.object_id order by max(s.id) desc limit $3)
     order by s.id desc`,
    // Some may turn out to be closed.
    [ctx.user.id, ctx.teamIds, limit + 4],
  );
  const found = await Promise.all(
    rows.map(async (row): Promise<SharedWithMe | null> => {
      const ref = { kind: row.kind, id: row.object_id };
      const object = await findObject(ref);
      if (!object || object.owner.id === ctx.user.id) return null;
      const closed = await whyClosed(object, {
        audience: row.audience,
        sharerId: row.sharer_id,
        sharer: row.sharer_name,
        allows: row.allows,
        expiresAt: row.expires_at,
      });
      if (closed) return null;
      return {
        id: row.id,
        kind: row.kind,
        objectId: row.object_id,
        title: object.title,
        path: pathOf(ref),
        sharer: { id: row.sharer_id, name: row.sharer_name },
        audience: row.audience,
        allows: row.allows,
        at: row.created_at.toISOString(),
        expiresAt: row.expires_at?.toISOString() ?? null,
      };
    }),
  );
  return found.filter((one) => one !== null).slice(0, limit);
}

/** People who are here, and teams, by a part of name or address: to share with, to mention. */
export async function findPeople(
  ctx: Context,
  { q, kind, limit }: { q: string; kind?: WhoFound["kind"] | undefined; limit: number },
): Promise<WhoFound[]> {
  allow(ctx, "person.find");
  const like = `%${likeText(q.trim().toLowerCase())}%`;
  const { rows } = await pool().query<WhoFound>(
    `select kind, id, name, email from (
       select 'person' as kind, id, name, email from users where disabled_at is null and service_team_id is null and lower(name || ' ' || email) like $1
       union all select 'team', id, name, null from teams where lower(name) like $1) found
     where $4::text is null or kind = $4
     order by lower(name) not like $2, lower(name), id limit $3`,
    [like, like.slice(1), limit, kind ?? null],
  );
  return rows;
}
