import type { Transaction } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import type { NoticeKind } from "./schema";

/** Puts a line into each of these people's inboxes, in the transaction of what it tells of. */
export async function notify(
  tx: Transaction,
  people: Iterable<string>,
  notice: { kind: NoticeKind; text: string; url: string; requestId?: string },
): Promise<void> {
  const data = [...new Set(people)].map((userId) => ({ id: newId(), userId, ...notice }));
  if (data.length > 0) await tx.notice.createMany({ data });
}
