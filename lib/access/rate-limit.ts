import { SluiceError } from "@/lib/platform/errors";

const windowMs = 15 * 60_000;
const attempts = new Map<string, number[]>();

function recent(key: string, now: number): number[] {
  const times = (attempts.get(key) ?? []).filter((at) => at > now - windowMs);
  if (times.length) attempts.set(key, times);
  else attempts.delete(key);
  return times;
}

/** Failed sign-ins that a key may have in 15 minutes. An address may be a whole office behind one proxy. */
function limitsOf(email: string | null, address: string | null): { key: string; most: number }[] {
  const ofAddress = { key: `address ${address ?? ""}`, most: 60 };
  // A link names nobody until it is found, and strangers who try some must not close the door for everybody.
  if (email === null) return [ofAddress];
  return [{ key: `pair ${email} ${address ?? ""}`, most: 8 }, { key: `email ${email}`, most: 40 }, ofAddress];
}

/** `email` is null for a link. @throws SluiceError rate_limited with the seconds to wait. */
export function checkSignIn(email: string | null, address: string | null, now = Date.now()): void {
  for (const { key, most } of limitsOf(email, address)) {
    const times = recent(key, now);
    if (times.length < most) continue;
    const retryAfter = Math.ceil(((times[times.length - most] ?? now) + windowMs - now) / 1000);
    throw new SluiceError(
      "rate_limited",
      `Too many failed sign-ins. Wait ${Math.ceil(retryAfter / 60)} minutes, or ask an admin for a sign-in link.`,
      { retryAfter },
    );
  }
}

/**
 * Counts an attempt as failed before anything is verified, so that many at once cannot all pass while the first is
 * still being checked; it is taken back when `sign` succeeds, or breaks by a fault of ours. Null is a failure.
 * @throws SluiceError rate_limited
 */
export async function attemptSignIn<Answer>(
  email: string | null,
  address: string | null,
  sign: () => Promise<Answer | null>,
): Promise<Answer | null> {
  const now = Date.now();
  checkSignIn(email, address, now);
  if (attempts.size > 50_000) attempts.clear();
  const keys = limitsOf(email, address).map(({ key }) => key);
  for (const key of keys) attempts.set(key, [...(attempts.get(key) ?? []), now]);
  const takeBack = () => {
    for (const key of keys) {
      const times = attempts.get(key) ?? [];
      const at = times.indexOf(now);
      if (at >= 0) attempts.set(key, times.toSpliced(at, 1));
    }
  };
  try {
    const answer = await sign();
    if (answer === null) return null;
    takeBack();
    // Whoever got in may mistype again; what others failed at this e-mail from elsewhere still counts.
    if (email !== null) attempts.delete(keys[0] ?? "");
    return answer;
  } catch (error) {
    takeBack();
    throw error;
  }
}
