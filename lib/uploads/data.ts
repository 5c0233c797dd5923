import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import type { Upload } from "@/lib/platform/db/generated/client";
import { likeText } from "@/lib/platform/db/like";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { type UploadItem, type UploadView, uploadFormats } from "./schema";

export function itemOf(row: Upload): UploadItem {
  return {
    id: row.id,
    name: row.name,
    fileName: row.fileName,
    format: uploadFormats.find((format) => format === row.format) ?? "csv",
    bytes: Number(row.bytes),
    rows: Number(row.rows),
    columns: row.columns as UploadItem["columns"],
    createdAt: row.createdAt.toISOString(),
  };
}

export const viewOf = (row: Upload): UploadView => ({ ...itemOf(row), preview: row.preview as UploadView["preview"] });

/** Prisma leaves the pattern's own signs as they are. */
function nameHolds(word: string) {
  const holds = { contains: likeText(word), mode: "insensitive" as const };
  return { OR: [{ name: holds }, { fileName: holds }] };
}

interface ListUploads {
  q?: string | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
  /** Only tables, or only archives; unsaid both. */
  kind?: "table" | "archive";
}

/** One's own files, newest first. Nobody else has them, admins included. */
export async function listUploads(
  ctx: Context,
  { q, cursor, limit = 50, kind }: ListUploads,
): Promise<{ items: UploadItem[]; next: string | null }> {
  allow(ctx, "upload.own");
  const rows = await db().upload.findMany({
    where: {
      ...{ userId: ctx.user.id, deletedAt: null },
      ...(cursor ? { id: { lt: cursor } } : {}),
      ...(kind ? { format: kind === "archive" ? "archive" : { not: "archive" } } : {}),
      AND: (q ?? "").split(/\s+/).filter(Boolean).map(nameHolds),
    },
    orderBy: { id: "desc" },
    take: limit + 1,
  });
  const items = rows.slice(0, limit).map(itemOf);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** @throws SluiceError not_found, also for another's */
export async function uploadFor(ctx: Context, id: string): Promise<Upload> {
  allow(ctx, "upload.own");
  const row = await db().upload.findFirst({ where: { id, userId: ctx.user.id, deletedAt: null } });
  if (!row) throw new SluiceError("not_found", "There is no such file of yours.");
  return row;
}
