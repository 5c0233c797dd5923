import type { Context } from "./context";
import { noteOpening, type Openable, rightTo } from "./shares";

/** Whether this person may open that execution: its owner, whose grant opens it, with whom it is shared. */
export async function mayOpen(ctx: Context, execution: Openable): Promise<boolean> {
  const right = await rightTo(ctx, execution);
  if (right?.share) noteOpening(ctx, right.share);
  return right !== null;
}
