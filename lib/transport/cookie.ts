import { decode, encode } from "next-auth/jwt";
import { ExpiringCache } from "@/lib/access/expiring-cache";
import { sessionDays } from "@/lib/access/sessions";
import { env } from "@/lib/platform/env";

export function isSecure(): boolean {
  return env().SLUICE_URL?.startsWith("https:") ?? false;
}

/** The session cookie's name; with https the browser itself refuses to set it otherwise. */
export function cookieName(): string {
  return `${isSecure() ? "__Secure-" : ""}sluice.session`;
}

// Opening the sealed cookie costs a key derivation; what it says never changes.
const opened = new ExpiringCache<string>(5 * 60_000, 2_000);

/** The session row's id in a cookie's value; null when it is not ours or too old. Whether the session still lives is not said. */
export async function sessionIdOf(value: string): Promise<string | null> {
  const known = opened.get(value);
  if (known) return known;
  const token = await decode({ token: value, secret: env().AUTH_SECRET }).catch(() => null);
  if (typeof token?.sid !== "string") return null;
  opened.set(value, token.sid);
  return token.sid;
}

/** The cookie for a session that was begun by code (tests sign in this way). */
export async function sealSession(sessionId: string, userId: string): Promise<{ name: string; value: string }> {
  const value = await encode({
    token: { sid: sessionId, sub: userId },
    secret: env().AUTH_SECRET,
    maxAge: sessionDays * 86_400,
  });
  return { name: cookieName(), value };
}

export function readCookie(header: string | null): string | null {
  const prefix = `${cookieName()}=`;
  const pair = header?.split(";").find((part) => part.trim().startsWith(prefix));
  if (!pair) return null;
  const value = pair.trim().slice(prefix.length);
  try {
    return decodeURIComponent(value);
  } catch {
    // Written by hand; as it stands it opens nothing.
    return value;
  }
}
