import type { Readable } from "node:stream";
import type { Context } from "@/lib/access/context";
import { SluiceError } from "@/lib/platform/errors";
import { store } from "@/lib/platform/store/open";
import { fileFor } from "./data";

const types = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  json: "application/json",
  ndjson: "application/x-ndjson",
  parquet: "application/vnd.apache.parquet",
};

/** @throws SluiceError not_found, gone */
export async function downloadFile(
  ctx: Context,
  id: string,
): Promise<{ body: Readable; type: string; bytes: number; name: string }> {
  const row = await fileFor(ctx, id);
  try {
    const body = await store().get(row.store_key);
    return { body, type: types[row.format], bytes: Number(row.bytes), name: row.path.split("/").at(-1) ?? row.id };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" && (error as Error).name !== "NoSuchKey") throw error;
    throw new SluiceError("gone", `${row.path} is not kept any more. Run ${row.pipeline} again.`);
  }
}
