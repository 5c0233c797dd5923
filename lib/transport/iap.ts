import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from "jose";
import { type Context, contextOf, type Person, personColumns } from "@/lib/access/context";
import { ExpiringCache } from "@/lib/access/expiring-cache";
import { accountFor } from "@/lib/access/single-sign-on";
import { sql } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";

/** https://cloud.google.com/iap/docs/signed-headers-howto */
export const iapHeader = "x-goog-iap-jwt-assertion";
const issuer = "https://cloud.google.com/iap";

let keys: { url: string; get: JWTVerifyGetKey } | undefined;

function keysAt(url: string): JWTVerifyGetKey {
  if (keys?.url !== url) keys = { url, get: createRemoteJWKSet(new URL(url)) };
  return keys.get;
}

// The header comes with each request; whether its signer's person still may come in is asked again after a second.
const known = new ExpiringCache<string>(1_000);

/**
 * Who Google's Identity-Aware Proxy says is asking, verified on every request and never turned into a cookie. Null where
 * no proxy is set up, or none stands before this request. @throws SluiceError unauthenticated, forbidden
 */
export async function contextOfIap(header: string | null, address: string | null): Promise<Context | null> {
  const { IAP_AUDIENCE, IAP_KEYS_URL } = env();
  if (!IAP_AUDIENCE || header === null) return null;
  const claims = await verified(header, IAP_AUDIENCE, IAP_KEYS_URL);
  const userId = known.get(claims.subject) ?? (await userOf(claims, address));
  const [person] = await sql<Person>(
    "iap-person",
    `select ${personColumns} from users u where u.id = $1 and u.disabled_at is null`,
    [userId],
  );
  if (!person) throw new SluiceError("forbidden", "Your account was closed. Ask an admin if it should not have been.");
  known.set(claims.subject, userId);
  return contextOf(person, { sessionId: null, tokenId: null, scopes: null, address });
}

async function verified(header: string, audience: string, url: string): Promise<{ subject: string; email: string }> {
  try {
    const { payload } = await jwtVerify(header, keysAt(url), {
      issuer,
      audience,
      algorithms: ["ES256"],
      clockTolerance: 30,
      requiredClaims: ["sub", "email", "exp", "iat"],
      // Google signs for ten minutes; what is older was kept by somebody.
      maxTokenAge: "15 minutes",
    });
    return { subject: String(payload.sub), email: String(payload.email) };
  } catch (error) {
    logger.warn({ error: (error as Error).message }, "identity header refused");
    const message = "The proxy's word on who you are is not valid, or too old. Load the page again.";
    throw new SluiceError("unauthenticated", message);
  }
}

async function userOf({ subject, email }: { subject: string; email: string }, address: string | null): Promise<string> {
  // The proxy lets nobody through whose address Google has not verified.
  const proven = { provider: "iap" as const, subject, email, emailVerified: true, name: null, groups: null };
  return (await accountFor(proven, address)).id;
}
