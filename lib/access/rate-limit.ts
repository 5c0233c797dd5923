import { sha256 } from "@/lib/platform/crypto";
import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";

/**
 * Failed attempts of 15 minutes, counted in PostgreSQL as requests of tokens are (tokens.ts): several web processes
 * together allow no more than one would, and a new start forgives nothing.
 */

interface Limit {
  key: string;
  /** Failures that it may have in 15 minutes. */
  most: number;
  /** Whoever gets in may mistype again. What others failed at the same e-mail from elsewhere still counts. */
  forgiven?: true;
}

/** An address may be a whole office behind one proxy. */
function ofSignIn(email: string | null, address: string | null): Limit[] {
  const ofAddress = { key: `address ${address ?? ""}`, most: 60 };
  // A link names nobody until it is found, and strangers who try some must not close the door for everybody.
  if (email === null) return [ofAddress];
  return [
    { key: `pair ${email} ${address ?? ""}`, most: 8, forgiven: true },
    { key: `email ${email}`, most: 40 },
    ofAddress,
  ];
}

const hashed = (limits: Limit[]) => limits.map(({ key }) => sha256(key));
const mosts = (limits: Limit[]) => limits.map(({ most }) => most);

function refuse(retryAfter: number | null | undefined, failures: string): void {
  if (retryAfter == null) return;
  throw new SluiceError(
    "rate_limited",
    `Too many ${failures}. Wait ${Math.ceil(retryAfter / 60)} minutes, or ask an admin for a sign-in link.`,
    { retryAfter },
  );
}

/**
 * Counts an attempt as failed before anything is verified, so that many at once cannot all pass while the first is
 * still being checked; it is taken back when `prove` succeeds, or breaks by a fault of ours. Null is a failure.
 */
async function attempt<Answer>(
  limits: Limit[],
  failures: string,
  prove: () => Promise<Answer | null>,
): Promise<Answer | null> {
  const id = newId();
  const [counted] = await sql<{ seconds: number | null }>("attempt", "select sluice_attempt($1, $2, $3) as seconds", [
    ...[id, hashed(limits), mosts(limits)],
  ]);
  refuse(counted?.seconds, failures);
  try {
    const answer = await prove();
    if (answer !== null) await takeBack(id, hashed(limits.filter(({ forgiven }) => forgiven)));
    return answer;
  } catch (error) {
    await takeBack(id, []);
    throw error;
  }
}

/** And what those keys failed at before. Whoever has got in is not sent away because of it. */
async function takeBack(id: string, forgiven: string[]): Promise<void> {
  await sql("attempt-back", "delete from failed_attempts where id = $1 or key = any($2)", [id, forgiven]).catch(
    (error) => logger.warn({ error: String(error) }, "an attempt to sign in still counts as failed"),
  );
}

const failedSignIns = "failed sign-ins";

/** `email` is null for a link. @throws SluiceError rate_limited with the seconds to wait. */
export async function checkSignIn(email: string | null, address: string | null): Promise<void> {
  const limits = ofSignIn(email, address);
  const [left] = await sql<{ seconds: number | null }>(
    "attempts-left",
    "select sluice_attempts_left($1, $2) as seconds",
    [hashed(limits), mosts(limits)],
  );
  refuse(left?.seconds, failedSignIns);
}

/** `email` is null for a link. @throws SluiceError rate_limited */
export async function attemptSignIn<Answer>(
  email: string | null,
  address: string | null,
  sign: () => Promise<Answer | null>,
): Promise<Answer | null> {
  return attempt(ofSignIn(email, address), failedSignIns, sign);
}

/**
 * False when it is not theirs. Who holds a session may not find its owner's password by trying.
 * @throws SluiceError rate_limited
 */
export async function attemptOwnPassword(userId: string, prove: () => Promise<boolean>): Promise<boolean> {
  const limits: Limit[] = [{ key: `self ${userId}`, most: 8, forgiven: true }];
  return (await attempt(limits, "wrong passwords", async () => (await prove()) || null)) ?? false;
}
