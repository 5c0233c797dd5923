import type { Context } from "@/lib/access/context";
import { refuseWhileViewing } from "@/lib/access/policy";
import { requireRight } from "@/lib/access/rights";
import { type Download, downloadFor } from "@/lib/results/download";
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
