import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { requireRight } from "@/lib/access/rights";
import { grantBehind } from "@/lib/access/shares";
import { notify } from "@/lib/inbox/notify";
import { sha256 } from "@/lib/platform/crypto";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId, newSecret } from "@/lib/platform/ids";
import { publicUrl } from "@/lib/platform/url";
import { readShare } from "./data";
import { objectFor, pathOf, type SharedObject, wantedOf } from "./object";
import type { CreateShare, MadeShare } from "./schema";

/**
 * Opens something to a person, a team, the company, or whoever has the link. It stands on the sharer's own access at
 * each opening; who has none by a grant cannot share, though they may look at what they once ran.
 * @throws SluiceError not_found, forbidden (no grant to stand on, or links are not allowed), invalid at the field
 */
export async function createShare(ctx: Context, input: CreateShare): Promise<MadeShare> {
  allow(ctx, "share.write");
  const object = await objectFor(ctx, input);
  if (input.audience === "link") await requireRight(ctx, "link");
  await checkRight(ctx, object, input.allows);
  const value = input.audience === "link" ? newSecret("s") : null;
  const id = newId();
  await db().$transaction(async (tx) => {
    const to = await named(tx, ctx, input);
    await writeShare(tx, ctx, object, { ...input, id, tokenHash: value && sha256(value) });
    if (input.audience === "person" && input.to)
      await notify(tx, [input.to], {
        kind: "share",
        text: `${ctx.user.name} shared “${object.title}” with you.`,
        url: pathOf(object),
      });
    await audit(tx, ctx, "share.create", `share:${id}`, {
      of: `${object.kind}:${object.id}`,
      audience: input.audience,
      to,
      allows: input.allows,
      expiresInDays: input.expiresInDays,
    });
  });
  return { ...(await readShare(ctx, object, id)), url: publicUrl(value ? `/s/${value}` : pathOf(object)) };
}

/** @throws SluiceError forbidden, invalid */
export async function checkRight(ctx: Context, object: SharedObject, allows: "see" | "run"): Promise<void> {
  const wanted = wantedOf(object, allows);
  if (!wanted) {
    const message = "Only what comes from a saved query can be run by others. Save it as a query, or share it to see.";
    throw invalidAt("allows", message);
  }
  if (await grantBehind(ctx, wanted)) return;
  throw new SluiceError(
    "forbidden",
    allows === "run"
      ? "It was shared with you to see, or has changed since: you cannot let others run it. Share it to see."
      : "A share stands on your own access to the warehouse, and you have none now. Ask an admin to grant it to one of your teams.",
  );
}

interface NewShare extends Pick<CreateShare, "audience" | "to" | "allows" | "expiresInDays"> {
  id: string;
  tokenHash: string | null;
}

export async function writeShare(
  tx: Transaction,
  ctx: Context,
  object: SharedObject,
  { id, audience, to, allows, expiresInDays, tokenHash }: NewShare,
): Promise<void> {
  const answers = object.execution === null || allows === "run";
  await tx.share.create({
    data: {
      id,
      kind: object.kind,
      objectId: object.id,
      audience,
      userId: audience === "person" ? to : null,
      teamId: audience === "team" ? to : null,
      tokenHash,
      allows,
      executionId: object.execution?.id ?? null,
      queryId: answers ? (object.query?.id ?? null) : null,
      version: object.query?.version ?? null,
      sharerId: ctx.user.id,
      expiresAt: expiresInDays === null ? null : new Date(Date.now() + expiresInDays * 86_400_000),
    },
  });
}

/** Whom it is shared with, by name, for the audit log. @throws SluiceError invalid at `to` */
async function named(tx: Transaction, ctx: Context, { audience, to }: CreateShare): Promise<string | null> {
  if (!to) return null;
  const found =
    audience === "person"
      ? await tx.user.findFirst({ where: { id: to, disabledAt: null }, select: { name: true } })
      : await tx.team.findUnique({ where: { id: to }, select: { name: true } });
  const message = !found
    ? `There is no such ${audience}.`
    : audience === "person" && to === ctx.user.id
      ? "This is you: you have it already."
      : null;
  if (!found || message)
    throw new SluiceError("invalid", message ?? "", { fields: [{ field: "to", message: message ?? "" }] });
  return found.name;
}
