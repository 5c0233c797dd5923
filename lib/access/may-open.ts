import type { Context } from "./context";
import { opensByGrant } from "./reader";
import { noteOpening, type Standing, throughShare } from "./shares";

/** What decides who may open an execution. */
export interface Openable {
  id: string;
  warehouseId: string;
  userId: string;
  readerId: string;
  queryId: string | null;
  /** The share by whose grant it ran, which its author's own right to it ends with. */
  shareId: string | null;
}

/**
 * By what right this person may open that execution: as its owner or by a grant (`share` is null), or by a share. Null:
 * by none. Notes no opening: for asking about others.
 */
export async function rightTo(ctx: Context, execution: Openable): Promise<{ share: Standing["share"] | null } | null> {
  const { id, warehouseId: warehouse, readerId: reader, queryId: query } = execution;
  if (ctx.user.id === execution.userId && execution.shareId === null) return { share: null };
  if (await opensByGrant(ctx, execution)) return { share: null };
  return throughShare(ctx, { execution: id, query, warehouse, reader });
}

/** Whether this person may open that execution: its owner, whose grant opens it, with whom it is shared. */
export async function mayOpen(ctx: Context, execution: Openable): Promise<boolean> {
  const right = await rightTo(ctx, execution);
  if (right?.share) noteOpening(ctx, right.share);
  return right !== null;
}
