import type { Context } from "./context";
import { opensByGrant } from "./reader";
import { openShared } from "./shares";

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

/** Whether this person may open that execution: its owner, whose grant opens it, with whom it is shared. */
export async function mayOpen(ctx: Context, execution: Openable): Promise<boolean> {
  const { id, warehouseId: warehouse, readerId: reader, queryId: query } = execution;
  if (ctx.user.id === execution.userId && execution.shareId === null) return true;
  if (await opensByGrant(ctx, execution)) return true;
  return (await openShared(ctx, { execution: id, query, warehouse, reader })) !== null;
}
