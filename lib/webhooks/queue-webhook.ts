import { decrypt, encrypt } from "@/lib/platform/crypto";
import type { Transaction } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";

/**
 * Has something sent to another program once the transaction commits. Its id is the message's: one that comes twice has
 * the same. The secret is bound to the id of what names the address; `trigger` is that, where it is a trigger.
 */
export async function queueWebhook(
  tx: Transaction,
  from: { id: string; trigger: string | null; webhook: string; webhookSecret: string },
  body: object,
): Promise<void> {
  const id = newId();
  const secret = encrypt(decrypt(from.webhookSecret, from.id), id);
  const text = JSON.stringify({ id, ...body });
  await tx.webhook.create({ data: { id, triggerId: from.trigger, url: from.webhook, secret, body: text } });
}
