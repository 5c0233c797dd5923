import type { z } from "zod";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import type { draftSchema, draftView } from "./schema";

type View = z.infer<typeof draftView>;

// A person's own unsaved text: nobody else reads it, and keeping it is no event for the audit log.
const most = 200;
/** They are listed with their text, all at once. */
const mostBytes = 16 * 1024 * 1024;

function view(row: Omit<View, "updatedAt"> & { updatedAt: Date }): View {
  const { tab, sql, title, warehouse, updatedAt } = row;
  return { tab, sql, title, warehouse, updatedAt: updatedAt.toISOString() };
}

export async function listDrafts(ctx: Context): Promise<View[]> {
  const rows = await db().draft.findMany({
    where: { userId: ctx.user.id },
    orderBy: { updatedAt: "desc" },
    take: most,
  });
  return rows.map(view);
}

export async function readDraft(ctx: Context, tab: string): Promise<View> {
  const row = await db().draft.findUnique({ where: { userId_tab: { userId: ctx.user.id, tab } } });
  if (!row) throw new SluiceError("not_found", "There is no such draft.");
  return view(row);
}

/** @throws SluiceError conflict, for one tab or too much text more than a person may keep */
export async function saveDraft(ctx: Context, tab: string, input: z.infer<typeof draftSchema>): Promise<View> {
  const userId = ctx.user.id;
  const key = { userId, tab };
  return db().$transaction(async (tx) => {
    // Two windows of one person that save at once wait here: else both find room for their own.
    await tx.$queryRaw`select 1 from users where id = ${userId} for no key update`;
    const [others] = await tx.$queryRaw<{ tabs: number; bytes: number }[]>`
      select count(*)::int as tabs, coalesce(sum(octet_length(sql)), 0)::float8 as bytes
      from drafts where user_id = ${userId} and tab <> ${tab}`;
    if (others && others.tabs >= most)
      throw new SluiceError("conflict", `You have ${most} open tabs. Close some first.`);
    if (others && others.bytes + Buffer.byteLength(input.sql) > mostBytes) {
      throw new SluiceError("conflict", "Your open tabs would hold more than 16 MiB of text. Close some first.");
    }
    return view(await tx.draft.upsert({ where: { userId_tab: key }, create: { ...key, ...input }, update: input }));
  });
}

export async function deleteDraft(ctx: Context, tab: string): Promise<void> {
  await db().draft.deleteMany({ where: { userId: ctx.user.id, tab } });
}
