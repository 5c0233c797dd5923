import { decrypt, encrypt } from "@/lib/platform/crypto";
import type { Transaction } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";

/** Has something sent to another program once the transaction commits. Its id is the message's: one that comes twice has the same. */
export async function queueWebhook(
  tx: Transaction,
  trigger: { id: string; webhook: string; webhookSecret: string },
  body: object,
): Promise<void> {
  const id = newId();
  const secret = encrypt(decrypt(trigger.webhookSecret, trigger.id), id);
  const text = JSON.stringify({ id, ...body });
  await tx.webhook.create({ data: { id, triggerId: trigger.id, url: trigger.webhook, secret, body: text } });
}
