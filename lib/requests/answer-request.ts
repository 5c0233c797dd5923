import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { notify } from "@/lib/inbox/notify";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { checkRight, writeShare } from "@/lib/shares/create-share";
import { answersFor, findObject, pathOf } from "@/lib/shares/object";
import type { SharedKind } from "@/lib/shares/schema";
import { readRequest } from "./data";
import type { Answer, RequestView } from "./schema";

/**
 * Shares it with the one who asked, on the answerer's own access, or declines. Of several who are told, the first answers.
 * @throws SluiceError not_found, conflict when it is answered, forbidden when there is nothing to share
 */
export async function answerRequest(ctx: Context, id: string, input: Answer): Promise<RequestView> {
  allow(ctx, "request.write");
  const request = await db().accessRequest.findUnique({ where: { id } });
  const object = request && (await findObject({ kind: request.kind as SharedKind, id: request.objectId }));
  if (!request || !object || !answersFor(ctx, object))
    throw new SluiceError("not_found", "There is no such request that you may answer.");
  if (input.granted) await checkRight(ctx, object, input.allows);
  await db().$transaction(async (tx) => {
    const state = input.granted ? "granted" : "declined";
    const { count } = await tx.accessRequest.updateMany({
      where: { id, state: "open" },
      data: { state, answeredById: ctx.user.id, answeredAt: new Date() },
    });
    if (count === 0) throw new SluiceError("conflict", "Somebody has answered this request already.");
    const of = `${object.kind}:${object.id}`;
    if (input.granted) {
      const share = newId();
      const { allows, expiresInDays } = input;
      const to = { audience: "person", to: request.userId, tokenHash: null } as const;
      await writeShare(tx, ctx, object, { id: share, ...to, allows, expiresInDays });
      await audit(tx, ctx, "share.create", `share:${share}`, { of, audience: "person", allows, request: id });
    }
    await audit(tx, ctx, "request.answer", `request:${id}`, { of, state });
    await tx.notice.updateMany({ where: { requestId: id, readAt: null }, data: { readAt: new Date() } });
    await notify(tx, [request.userId], {
      kind: "answer",
      // What it is called is for those who may see it.
      text: input.granted
        ? `${ctx.user.name} opened “${object.title}” to you.`
        : `${ctx.user.name} did not open to you what you asked for.`,
      url: pathOf(object),
    });
  });
  return readRequest(ctx, id);
}
