import { AsyncLocalStorage } from "node:async_hooks";
import type { Transaction } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";

interface Key {
  userId: string;
  key: string;
  /** When the present request took it: whoever took it later has another. */
  takenAt: Date;
}

const present = new AsyncLocalStorage<Key>();

/** Runs `make` so that its first line in the audit log also stands in the key's row, from the same transaction. */
export function underKey<Answer>(key: Key, make: () => Promise<Answer>): Promise<Answer> {
  return present.run(key, make);
}

/**
 * Says under the request's Idempotency-Key what was done, in the transaction that does it: either both are there after
 * a crash, or neither. Does nothing without a key. @throws SluiceError conflict where the request took so long that a
 * repeat of it has the key now; nothing of this transaction is then done
 */
export async function noteMade(tx: Transaction, object: string): Promise<void> {
  const own = present.getStore();
  if (!own) return;
  const noted = await tx.$executeRaw`update idempotency_keys set made_id = coalesce(made_id, ${object})
    where user_id = ${own.userId} and key = ${own.key} and created_at = ${own.takenAt}`;
  if (noted === 1) return;
  throw new SluiceError("conflict", "A repeat of this request, under the same Idempotency-Key, is being worked on.", {
    retryAfter: 1,
  });
}
