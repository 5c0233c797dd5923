import { mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { taken } from "@/lib/platform/db/taken";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { places, store } from "@/lib/platform/store/open";
import { convert } from "./convert";
import { viewOf } from "./data";
import { receive } from "./receive";
import type { UploadView, uploadQuery } from "./schema";
import { tableName } from "./table-name";

const mostFiles = 1_000;
const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GB`;

/**
 * Takes a file as it comes, converts it once to Parquet and keeps it as a table of the person's own; an archive as it is.
 * @throws SluiceError too_large, invalid at `file` or `sheet`, conflict at `name`
 */
export async function uploadFile(
  ctx: Context,
  asked: z.infer<typeof uploadQuery>,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<UploadView> {
  allow(ctx, "upload.own");
  const left = await roomOf(ctx);
  if (asked.name !== undefined) await refuseTaken(ctx, asked.name);
  const id = newId();
  const folder = path.join(places().scratch, `upload-${id}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const received = await receive(body, folder, env().UPLOAD_MAX_BYTES);
    const { format } = received;
    const { file, rows, columns, preview, sheets } =
      format === "archive" ? asItIs(received.file) : await convert(folder, { format, sheet: asked.sheet }, signal);
    const { size } = await stat(file);
    if (size > left) throw full(left);
    const storeKey = `uploads/${ctx.user.id}/${id}.${format === "archive" ? format : "parquet"}`;
    const { bytes } = await store().putFile(storeKey, file);
    try {
      const row = { id, fileName: asked.file, format, storeKey, bytes, rows, columns, preview };
      return { ...(await keep(ctx, asked, row)), ...(sheets ? { sheets } : {}) };
    } catch (error) {
      await store().remove(storeKey);
      throw error;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const asItIs = (file: string) => ({ file, rows: 0, columns: [], preview: [], sheets: undefined });

interface Row {
  id: string;
  fileName: string;
  format: string;
  storeKey: string;
  bytes: number;
  rows: number;
  columns: object[];
  preview: (string | null)[][];
}

async function keep(ctx: Context, asked: z.infer<typeof uploadQuery>, row: Row): Promise<UploadView> {
  const name = asked.name ?? (await freeName(ctx, tableName(asked.file)));
  const made = await db()
    .$transaction(async (tx) => {
      const upload = await tx.upload.create({ data: { ...row, name, userId: ctx.user.id } });
      const { id, fileName, bytes, rows } = row;
      await audit(tx, ctx, "upload.create", `upload:${id}`, { name, fileName, bytes, rows });
      return upload;
    })
    .catch(nameTaken(name));
  return viewOf(made);
}

export const nameTaken = (name: string) =>
  taken("name", `You have a file called "${name}" already. Choose another name.`);

async function refuseTaken(ctx: Context, name: string): Promise<void> {
  if (!(await isTaken(ctx, name))) return;
  const message = `You have a file called "${name}" already. Choose another name.`;
  throw new SluiceError("conflict", message, { fields: [{ field: "name", message }] });
}

async function isTaken(ctx: Context, name: string): Promise<boolean> {
  const where = { userId: ctx.user.id, deletedAt: null, name: { equals: name, mode: "insensitive" as const } };
  return (await db().upload.count({ where })) > 0;
}

async function freeName(ctx: Context, base: string): Promise<string> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}_${n}`;
    if (!(await isTaken(ctx, name))) return name;
  }
}

/** Bytes that this person may still keep. */
async function roomOf(ctx: Context): Promise<number> {
  const { _sum, _count } = await db().upload.aggregate({
    where: { userId: ctx.user.id, deletedAt: null },
    _sum: { bytes: true },
    _count: true,
  });
  if (_count >= mostFiles) throw new SluiceError("too_large", `You have ${mostFiles} files. Remove some first.`);
  const left = env().UPLOAD_PERSON_BYTES - Number(_sum.bytes ?? 0);
  if (left <= 0) throw full(0);
  return left;
}

function full(left: number): SluiceError {
  const most = gigabytes(env().UPLOAD_PERSON_BYTES);
  return new SluiceError(
    "too_large",
    `Your files may take ${most} together, as they are kept, and ${gigabytes(left)} of that is free. Remove some, or ask an admin for more.`,
  );
}
