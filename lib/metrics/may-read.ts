import { timingSafeEqual } from "node:crypto";
import { sha256 } from "@/lib/platform/crypto";
import { env } from "@/lib/platform/env";

/** Whether a request's Authorization header carries METRICS_TOKEN, which is for the scraper alone. */
export function isMetricsToken(authorization: string | null): boolean {
  const { METRICS_TOKEN } = env();
  const given = /^Bearer (.+)$/i.exec(authorization ?? "")?.[1];
  if (!METRICS_TOKEN || !given) return false;
  // Of one length, whatever was sent.
  return timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(METRICS_TOKEN)));
}
