import type { z } from "zod";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import type { draftSchema, draftView } from "./schema";

type View = z.infer<typeof draftView>;

// A person's own unsaved text: nobody else reads it, and keeping it is no event for the audit log.
const most = 200;

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

export async function saveDraft(ctx: Context, tab: string, input: z.infer<typeof draftSchema>): Promise<View> {
  const key = { userId: ctx.user.id, tab };
  const known = await db().draft.findUnique({ where: { userId_tab: key }, select: { tab: true } });
  if (!known && (await db().draft.count({ where: { userId: ctx.user.id } })) >= most) {
    throw new SluiceError("conflict", `You have ${most} open tabs. Close some first.`);
  }
  return view(await db().draft.upsert({ where: { userId_tab: key }, create: { ...key, ...input }, update: input }));
}

export async function deleteDraft(ctx: Context, tab: string): Promise<void> {
  await db().draft.deleteMany({ where: { userId: ctx.user.id, tab } });
}
