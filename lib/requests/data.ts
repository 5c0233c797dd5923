import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { namesPerson } from "@/lib/access/share-sql";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { whyClosed } from "@/lib/shares/data";
import { answersFor, findObject } from "@/lib/shares/object";
import type { ObjectRef, SharedKind } from "@/lib/shares/schema";
import type { RequestView } from "./schema";

type Row = NonNullable<Awaited<ReturnType<ReturnType<typeof db>["accessRequest"]["findUnique"]>>>;

async function viewOf(ctx: Context, row: Row): Promise<RequestView> {
  const ref = { kind: row.kind as SharedKind, id: row.objectId };
  const object = await findObject(ref);
  const answers = object !== null && answersFor(ctx, object);
  const people = await db().user.findMany({
    where: { id: { in: [row.userId, row.answeredById ?? ""] } },
    select: { id: true, name: true },
  });
  const nameOf = (id: string | null) => people.find((one) => one.id === id)?.name ?? null;
  return {
    id: row.id,
    kind: ref.kind,
    objectId: ref.id,
    title: answers ? object.title : null,
    user: { id: row.userId, name: nameOf(row.userId) ?? "Somebody" },
    message: row.message,
    state: row.state as RequestView["state"],
    answeredBy: nameOf(row.answeredById),
    at: row.createdAt.toISOString(),
    mayAnswer: answers && row.state === "open",
  };
}

/** @throws SluiceError not_found, also for one that is neither theirs nor theirs to answer */
export async function readRequest(ctx: Context, id: string): Promise<RequestView> {
  const row = await db().accessRequest.findUnique({ where: { id } });
  const view = row && (await viewOf(ctx, row));
  if (!view || (view.title === null && view.user.id !== ctx.user.id))
    throw new SluiceError("not_found", "There is no such request that you may answer.");
  return view;
}

/** Open requests that this person was told of, and their own of any state, newest first. */
export async function listRequests(ctx: Context): Promise<RequestView[]> {
  allow(ctx, "request.read");
  const rows = await db().accessRequest.findMany({
    where: {
      OR: [
        { userId: ctx.user.id },
        { state: "open", id: { in: await toldOf(ctx) } },
        ...(ctx.user.role === "admin" ? [{ state: "open" }] : []),
      ],
    },
    orderBy: { id: "desc" },
    take: 100,
  });
  return Promise.all(rows.map((row) => viewOf(ctx, row)));
}

async function toldOf(ctx: Context): Promise<string[]> {
  const rows = await db().notice.findMany({
    where: { userId: ctx.user.id, requestId: { not: null } },
    select: { requestId: true },
    orderBy: { id: "desc" },
    take: 200,
  });
  return rows.flatMap(({ requestId }) => requestId ?? []);
}

/**
 * What the page of something that a person may not open says to them: whether there is anything to ask for, and of
 * what was shared with them once, why it is closed. Nothing else of it.
 */
export async function askable(ctx: Context, ref: ObjectRef): Promise<{ asked: boolean; closed: string | null } | null> {
  const object = await findObject(ref);
  if (!object) return null;
  const open = await db().accessRequest.findFirst({
    where: { kind: ref.kind, objectId: ref.id, userId: ctx.user.id, state: "open" },
  });
  const { rows } = await pool().query<{
    audience: string;
    sharerId: string;
    sharer: string;
    allows: "see" | "run";
    expiresAt: Date | null;
    revokedAt: Date | null;
  }>(
    `select s.audience, s.sharer_id as "sharerId", u.name as sharer, s.allows, s.expires_at as "expiresAt", s.revoked_at as "revokedAt"
     from shares s join users u on u.id = s.sharer_id
     where s.kind = $3 and s.object_id = $4 and ${namesPerson} order by s.id desc limit 1`,
    [ctx.user.id, ctx.teamIds, ref.kind, ref.id],
  );
  const why = rows[0] ? await whyClosed(object, rows[0]) : null;
  return { asked: open !== null, closed: why && `${rows[0]?.sharer} shared it with you. ${why}` };
}
