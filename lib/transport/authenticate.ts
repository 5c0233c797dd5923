import type { Context } from "@/lib/access/context";
import { contextOfSession } from "@/lib/access/sessions";
import { contextOfToken } from "@/lib/access/tokens";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { isSecure, readCookie, sessionIdOf } from "./cookie";
import { contextOfIap, iapHeader } from "./iap";

/** The client as the nearest proxy saw it: only the last entry was not written by the client itself. */
export function addressOf(headers: Headers): string | null {
  return headers.get("x-forwarded-for")?.split(",").at(-1)?.trim().slice(0, 64) || null;
}

/** @throws SluiceError unauthenticated; forbidden for a write that another site's page may have sent. */
export async function authenticate(request: Request): Promise<Context> {
  const address = addressOf(request.headers);
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const value = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1];
    const ctx = value ? await contextOfToken(value, address) : null;
    if (!ctx)
      throw new SluiceError("unauthenticated", "This token is unknown, has expired or was revoked. Make a new one.");
    return ctx;
  }
  const through = await contextOfIap(request.headers.get(iapHeader), address);
  if (through) {
    if (request.method !== "GET" && request.method !== "HEAD") refuseOtherSites(request);
    return through;
  }
  const cookie = readCookie(request.headers.get("cookie"));
  const id = cookie && (await sessionIdOf(cookie));
  const ctx = id ? await contextOfSession(id, address) : null;
  if (!ctx) {
    throw new SluiceError(
      "unauthenticated",
      cookie ? "Your session has ended. Sign in again." : "Sign in, or send a token as Authorization: Bearer <token>.",
    );
  }
  if (request.method !== "GET" && request.method !== "HEAD") refuseOtherSites(request);
  return ctx;
}

/** A cookie goes along on requests that other sites start; only our own page can set this header. */
export function refuseOtherSites(request: Request): void {
  const origin = request.headers.get("origin");
  if (request.headers.get("x-sluice") !== "1" || (origin !== null && !isOwnOrigin(origin, request))) {
    throw new SluiceError(
      "forbidden",
      "This request did not come from Sluice's own page. Programs send a token instead of a cookie.",
    );
  }
}

function isOwnOrigin(origin: string, request: Request): boolean {
  // A page that came without https may be of anybody on the way.
  if (isSecure() && !origin.startsWith("https:")) return false;
  const own = [env().SLUICE_URL, request.url].flatMap((url) => (url ? [new URL(url).origin] : []));
  return own.includes(origin) || URL.parse(origin)?.host === request.headers.get("host");
}
