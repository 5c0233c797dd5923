import type { Transaction } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import type { Context } from "./context";

/** One line in the audit log, in the transaction of the change it tells of. Never put a secret into `detail`. */
export async function audit(
  tx: Transaction,
  ctx: Pick<Context, "user" | "tokenId" | "address">,
  action: string,
  object: string,
  detail: object = {},
): Promise<void> {
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
}
