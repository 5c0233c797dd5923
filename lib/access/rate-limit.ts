import { SluiceError } from "@/lib/platform/errors";

const windowMs = 15 * 60_000;
const failures = new Map<string, number[]>();

function recent(key: string, now: number): number[] {
  const times = (failures.get(key) ?? []).filter((at) => at > now - windowMs);
  if (times.length) failures.set(key, times);
  else failures.delete(key);
  return times;
}

/** Failed sign-ins that a key may have in 15 minutes. An address may be a whole office behind one proxy. */
const limits = [
  { of: (email: string, address: string) => `pair ${email} ${address}`, most: 8 },
  { of: (email: string) => `email ${email}`, most: 40 },
  { of: (_email: string, address: string) => `address ${address}`, most: 60 },
];

/** @throws SluiceError rate_limited with the seconds to wait. */
export function checkSignIn(email: string, address: string | null, now = Date.now()): void {
  for (const limit of limits) {
    const times = recent(limit.of(email, address ?? ""), now);
    if (times.length < limit.most) continue;
    const retryAfter = Math.ceil(((times[times.length - limit.most] ?? now) + windowMs - now) / 1000);
    throw new SluiceError(
      "rate_limited",
      `Too many failed sign-ins. Wait ${Math.ceil(retryAfter / 60)} minutes, or ask an admin for a sign-in link.`,
      { retryAfter },
    );
  }
}

export function noteFailedSignIn(email: string, address: string | null, now = Date.now()): void {
  if (failures.size > 50_000) failures.clear();
  for (const limit of limits) {
    const key = limit.of(email, address ?? "");
    failures.set(key, [...recent(key, now), now]);
  }
}

export function forgetFailedSignIns(email: string, address: string | null): void {
  failures.delete(limits[0]?.of(email, address ?? "") ?? "");
}
