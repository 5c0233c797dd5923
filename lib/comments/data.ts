import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { getExecution } from "@/lib/executions/data";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { mentionPattern } from "./mentions";
import type { CommentView } from "./schema";

type Row = NonNullable<Awaited<ReturnType<ReturnType<typeof db>["comment"]["findUnique"]>>>;

/** Ids of the people that a text mentions. */
export function mentionedIn(text: string): string[] {
  return [...new Set([...text.matchAll(mentionPattern)].map((match) => match[1] ?? ""))];
}

async function viewsOf(ctx: Context, rows: Row[]): Promise<CommentView[]> {
  const ids = rows.flatMap((row) => [row.authorId, ...mentionedIn(row.text)]);
  const people = await db().user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  const names = new Map(people.map((person) => [person.id, person.name]));
  const named = (id: string) => ({ id, name: names.get(id) ?? "Somebody" });
  return rows.map((row) => ({
    id: row.id,
    executionId: row.executionId,
    author: named(row.authorId),
    text: row.text,
    mentions: mentionedIn(row.text).flatMap((id) => (names.has(id) ? [named(id)] : [])),
    at: row.createdAt.toISOString(),
    editedAt: row.editedAt?.toISOString() ?? null,
    may: {
      edit: row.authorId === ctx.user.id,
      remove: row.authorId === ctx.user.id || ctx.user.role === "admin",
    },
  }));
}

/** Comments on an execution, oldest first. @throws SluiceError not_found, also where they may not open it */
export async function listComments(ctx: Context, executionId: string): Promise<CommentView[]> {
  allow(ctx, "comment.read");
  await getExecution(ctx, executionId);
  const rows = await db().comment.findMany({
    where: { executionId, deletedAt: null },
    orderBy: { id: "asc" },
    take: 500,
  });
  return viewsOf(ctx, rows);
}

/** One comment of an execution that they may open. @throws SluiceError not_found */
export async function commentFor(ctx: Context, id: string): Promise<CommentView> {
  const row = await db().comment.findFirst({ where: { id, deletedAt: null } });
  const found = row && (await getExecution(ctx, row.executionId).catch(refused));
  if (!row || !found) throw new SluiceError("not_found", "There is no such comment.");
  const [view] = await viewsOf(ctx, [row]);
  return view as CommentView;
}

function refused(error: unknown): null {
  if (error instanceof SluiceError && error.code === "not_found") return null;
  throw error;
}
