import { SluiceError } from "@/lib/platform/errors";

const windowMs = 15 * 60_000;
const attempts = new Map<string, number[]>();

interface Limit {
  key: string;
  /** Failures that it may have in 15 minutes. */
  most: number;
  /** Whoever gets in may mistype again. What others failed at the same e-mail from elsewhere still counts. */
  forgiven?: true;
}

function recent(key: string, now: number): number[] {
  const times = (attempts.get(key) ?? []).filter((at) => at > now - windowMs);
  if (times.length) attempts.set(key, times);
  else attempts.delete(key);
  return times;
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

function check(limits: Limit[], failures: string, now: number): void {
  for (const { key, most } of limits) {
    const times = recent(key, now);
    if (times.length < most) continue;
    const retryAfter = Math.ceil(((times[times.length - most] ?? now) + windowMs - now) / 1000);
    throw new SluiceError(
      "rate_limited",
      `Too many ${failures}. Wait ${Math.ceil(retryAfter / 60)} minutes, or ask an admin for a sign-in link.`,
      { retryAfter },
    );
  }
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
  const now = Date.now();
  check(limits, failures, now);
  if (attempts.size > 50_000) attempts.clear();
  for (const { key } of limits) attempts.set(key, [...(attempts.get(key) ?? []), now]);
  const takeBack = () => {
    for (const { key } of limits) {
      const times = attempts.get(key) ?? [];
      const at = times.indexOf(now);
      if (at >= 0) attempts.set(key, times.toSpliced(at, 1));
    }
  };
  try {
    const answer = await prove();
    if (answer === null) return null;
    takeBack();
    for (const { key, forgiven } of limits) if (forgiven) attempts.delete(key);
    return answer;
  } catch (error) {
    takeBack();
    throw error;
  }
}

const failedSignIns = "failed sign-ins";

/** `email` is null for a link. @throws SluiceError rate_limited with the seconds to wait. */
export function checkSignIn(email: string | null, address: string | null, now = Date.now()): void {
  check(ofSignIn(email, address), failedSignIns, now);
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
