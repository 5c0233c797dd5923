import type { Readable } from "node:stream";
import type { Context } from "@/lib/access/context";
import { refuseWhileViewing } from "@/lib/access/policy";
import { requireRight } from "@/lib/access/rights";
import { type Download, downloadFor, largeCell } from "@/lib/results/download";
import type { DownloadQuery } from "@/lib/results/schema";
import { statementOf } from "./data";

/**
 * All rows as a file, for whom that is allowed. That somebody may open the execution is found first, so that a refusal
 * tells nobody else that there is one. @throws SluiceError not_found, forbidden
 */
export async function downloadResult(ctx: Context, id: string, query: DownloadQuery): Promise<Download> {
  refuseWhileViewing(ctx);
  const statement = await statementOf(ctx, id);
  await requireRight(ctx, "download");
  return downloadFor(ctx.user.id, statement, query);
}

/**
 * The whole value of a cell over 1 MiB, of which pages have the beginning: a file like any. Smaller cells are whole in
 * their rows, for whoever may read those. @throws SluiceError not_found, forbidden
 */
export async function downloadCell(ctx: Context, id: string, row: number, column: number): Promise<Readable> {
  refuseWhileViewing(ctx);
  const statement = await statementOf(ctx, id);
  await requireRight(ctx, "download");
  return largeCell(statement, row, column);
}
