import type { Context } from "@/lib/access/context";
import { refuseWhileViewing } from "@/lib/access/policy";
import { goneIfMissing } from "@/lib/platform/store/missing";
import { store } from "@/lib/platform/store/open";
import { fileFor } from "./data";
import { type FileStream, mediaTypes } from "./stream";

/** @throws SluiceError forbidden while one looks as somebody else, not_found, gone */
export async function downloadFile(ctx: Context, id: string): Promise<FileStream> {
  refuseWhileViewing(ctx);
  const row = await fileFor(ctx, id);
  const body = await store()
    .get(row.store_key)
    .catch(goneIfMissing(`${row.path} is not kept any more. Run ${row.pipeline} again.`));
  const name = row.path.split("/").at(-1) ?? row.id;
  return { body, type: mediaTypes[row.format], bytes: Number(row.bytes), name };
}
