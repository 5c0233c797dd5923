import type { Transaction } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import type { Context } from "./context";
import { noteMade } from "./once-made";
import { refuseWhileViewing } from "./policy";

/** One line in the audit log, in the transaction of the change it tells of. Never put a secret into `detail`. */
export async function audit(
  tx: Transaction,
  ctx: Pick<Context, "user" | "tokenId" | "address" | "viewedBy">,
  action: string,
  object: string,
  detail: object = {},
): Promise<void> {
  // Each write has its line here, so none gets by.
  refuseWhileViewing(ctx);
  await tx.auditEntry.create({
    data: {
      id: newId(),
      userId: ctx.user.id,
      tokenId: ctx.tokenId,
      action,
      object,
      detail: detail as object,
      address: ctx.address,
    },
  });
  await noteMade(tx, object);
}
