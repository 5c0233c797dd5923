import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { personNow } from "@/lib/access/shares";
import { notify } from "@/lib/inbox/notify";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { findObject, pathOf, type SharedObject, wouldOpen } from "@/lib/shares/object";
import { commentFor, mentionedIn } from "./data";
import type { WrittenComment } from "./schema";

/** Says something on an execution, and tells its owner and those it mentions. @throws SluiceError not_found */
export async function addComment(ctx: Context, executionId: string, text: string): Promise<WrittenComment> {
  allow(ctx, "comment.write");
  const object = await executionFor(ctx, executionId);
  const mentioned = await peopleIn(text, object);
  const id = newId();
  await db().$transaction(async (tx) => {
    await tx.comment.create({ data: { id, executionId, authorId: ctx.user.id, text } });
    const told = await tellMentioned(tx, ctx, object, id, mentioned);
    if (object.owner.id !== ctx.user.id && !told.has(object.owner.id))
      await notify(tx, [object.owner.id], {
        kind: "comment",
        text: `${ctx.user.name} commented on “${object.title}”.`,
        url: commentPath(object, id),
      });
    await audit(tx, ctx, "comment.create", `comment:${id}`, { of: `execution:${executionId}` });
  });
  return written(ctx, id, mentioned);
}

/** Its author's new words; whom they mention newly is told. @throws SluiceError not_found, forbidden */
export async function editComment(ctx: Context, id: string, text: string): Promise<WrittenComment> {
  allow(ctx, "comment.write");
  const before = await commentFor(ctx, id);
  if (!before.may.edit) throw new SluiceError("forbidden", `Only ${before.author.name} may change this comment.`);
  const object = await executionFor(ctx, before.executionId);
  const mentioned = await peopleIn(text, object);
  const known = new Set(before.mentions.map((person) => person.id));
  await db().$transaction(async (tx) => {
    await tx.comment.update({ where: { id }, data: { text, editedAt: new Date() } });
    await tellMentioned(
      tx,
      ctx,
      object,
      id,
      mentioned.filter((person) => !known.has(person.id)),
    );
    await audit(tx, ctx, "comment.update", `comment:${id}`, { of: `execution:${before.executionId}` });
  });
  return written(ctx, id, mentioned);
}

/** Takes a comment away: its author, or an admin. @throws SluiceError not_found, forbidden */
export async function removeComment(ctx: Context, id: string): Promise<void> {
  allow(ctx, "comment.write");
  const { may, author, executionId } = await commentFor(ctx, id);
  if (!may.remove) throw new SluiceError("forbidden", `Only ${author.name} or an admin may remove this comment.`);
  await db().$transaction(async (tx) => {
    await tx.comment.update({ where: { id }, data: { deletedAt: new Date() } });
    await audit(tx, ctx, "comment.remove", `comment:${id}`, { of: `execution:${executionId}` });
  });
}

interface Mentioned {
  id: string;
  name: string;
  opens: boolean;
}

async function executionFor(ctx: Context, id: string): Promise<SharedObject> {
  const object = await findObject({ kind: "execution", id });
  if (!object || !(await wouldOpen(ctx, object)))
    throw new SluiceError("not_found", "There is no such execution that you may open.");
  return object;
}

/** @throws SluiceError invalid for somebody who is not here */
async function peopleIn(text: string, object: SharedObject): Promise<Mentioned[]> {
  const ids = mentionedIn(text);
  const message = ids.length > 50 ? "A comment may mention 50 people." : "It mentions somebody who is not here.";
  const refusal = invalidAt("text", message);
  if (ids.length > 50) throw refusal;
  const people: Mentioned[] = [];
  for (const id of ids) {
    const person = await personNow(id);
    if (!person) throw refusal;
    people.push({ id, name: person.user.name, opens: await wouldOpen(person, object) });
  }
  return people;
}

/** Whoever may not open it is told that they were mentioned, and nothing of what it is. */
async function tellMentioned(
  tx: Transaction,
  ctx: Context,
  object: SharedObject,
  commentId: string,
  mentioned: Mentioned[],
): Promise<Set<string>> {
  const others = mentioned.filter(({ id }) => id !== ctx.user.id);
  const tell = (opens: boolean, text: string) =>
    notify(
      tx,
      others.filter((one) => one.opens === opens).map(({ id }) => id),
      { kind: "mention", text, url: commentPath(object, commentId) },
    );
  await tell(true, `${ctx.user.name} mentioned you on “${object.title}”.`);
  await tell(false, `${ctx.user.name} mentioned you on something that you may not open yet.`);
  return new Set(others.map(({ id }) => id));
}

const commentPath = (object: SharedObject, id: string) => `${pathOf(object)}#comment-${id}`;

async function written(ctx: Context, id: string, mentioned: Mentioned[]): Promise<WrittenComment> {
  const cannotOpen = mentioned.filter(({ opens }) => !opens).map(({ id: who, name }) => ({ id: who, name }));
  return { ...(await commentFor(ctx, id)), cannotOpen };
}
