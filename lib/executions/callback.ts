import { encrypt } from "@/lib/platform/crypto";
import { sql } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import { refuseAddress } from "@/lib/webhooks/destination";
import type { Callback } from "./schema";

/**
 * Notes whom to tell of an execution that is about to be written, and answers its id. Asked again for the same one, it
 * is told once.
 * @throws SluiceError invalid at `callback.url` for an address inside a private network
 */
export async function keepCallback({ url, secret }: Callback, executionId: string = newId()): Promise<string> {
  refuseAddress(url, "callback.url");
  await sql(
    "callback-keep",
    "insert into execution_callbacks (execution_id, url, secret) values ($1, $2, $3) on conflict do nothing",
    [executionId, url, encrypt(secret, executionId)],
  );
  return executionId;
}

/** The execution was refused. */
export async function forgetCallback(executionId: string): Promise<void> {
  await sql("callback-forget", "delete from execution_callbacks where execution_id = $1", [executionId]);
}
