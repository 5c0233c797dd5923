import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { grantBehind, personNow } from "@/lib/access/shares";
import { notify } from "@/lib/inbox/notify";
import { db } from "@/lib/platform/db/prisma";
import { taken } from "@/lib/platform/db/taken";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { findObject, pathOf, type SharedObject, wantedOf, wouldOpen } from "@/lib/shares/object";
import { readRequest } from "./data";
import type { Ask, RequestView } from "./schema";

/**
 * Asks whoever answers for it to share it. Asked twice, the first request stays.
 * @throws SluiceError not_found, conflict for what one may open already
 */
export async function askAccess(ctx: Context, input: Ask): Promise<RequestView> {
  allow(ctx, "request.write");
  const object = await findObject(input);
  if (!object) throw new SluiceError("not_found", `There is no such ${input.kind}.`);
  if (await wouldOpen(ctx, object)) throw new SluiceError("conflict", "You may open it already. Reload the page.");
  const { kind, id: objectId, message } = input;
  const mine = { kind, objectId, userId: ctx.user.id, state: "open" };
  const open = await db().accessRequest.findFirst({ where: mine });
  if (open) return readRequest(ctx, open.id);
  const told = await whoAnswers(object);
  const id = newId();
  await db()
    .$transaction(async (tx) => {
      await tx.accessRequest.create({ data: { id, ...mine, message } });
      await notify(tx, told, {
        kind: "request",
        text: `${ctx.user.name} asks to see “${object.title}”.${message ? ` “${message}”` : ""}`,
        url: pathOf(object),
        requestId: id,
      });
      await audit(tx, ctx, "request.create", `request:${id}`, { of: `${kind}:${objectId}` });
    })
    .catch(taken("id", "You have asked for it just now."));
  return readRequest(ctx, id);
}

/** Its owner and the team that owns it, as far as they are here and have something to share; else the admins. */
async function whoAnswers(object: SharedObject): Promise<string[]> {
  const members = object.teamId
    ? await db().teamMember.findMany({ where: { teamId: object.teamId }, select: { userId: true }, take: 50 })
    : [];
  const wanted = wantedOf(object, "see");
  const told: string[] = [];
  for (const id of new Set([object.owner.id, ...members.map(({ userId }) => userId)])) {
    const person = await personNow(id);
    if (person && wanted && (await grantBehind(person, wanted))) told.push(id);
  }
  if (told.length > 0) return told;
  const admins = await db().user.findMany({ where: { role: "admin", disabledAt: null }, select: { id: true } });
  return admins.map(({ id }) => id);
}
