import type { Context } from "@/lib/access/context";
import { refuseWhileViewing } from "@/lib/access/policy";
import { requireRight } from "@/lib/access/rights";
import { goneIfMissing } from "@/lib/platform/store/missing";
import { store } from "@/lib/platform/store/open";
import { fileFor } from "./data";
import { type FileStream, mediaTypes } from "./stream";

/**
 * The file itself, for whom downloading is allowed: a link to it that was mailed opens its page, and no more than that.
 * @throws SluiceError not_found, forbidden without the right to download or while one looks as somebody else, gone
 */
export async function downloadFile(ctx: Context, id: string): Promise<FileStream> {
  refuseWhileViewing(ctx);
  const row = await fileFor(ctx, id);
  await requireRight(ctx, "download");
  const body = await store()
    .get(row.store_key)
    .catch(goneIfMissing(`${row.path} is not kept any more. Run ${row.pipeline} again.`));
  const name = row.path.split("/").at(-1) ?? row.id;
  return { body, type: mediaTypes[row.format], bytes: Number(row.bytes), name };
}
