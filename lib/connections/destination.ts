import { tlsModes } from "@/lib/warehouses/postgres/config";

interface Destination {
  host?: string;
  port?: number;
  tls?: (typeof tlsModes)[number];
}

/**
 * Whether a password stored for `before` may not go to `after` unasked: another server would learn it, and under weaker
 * encryption so would whoever listens.
 */
export function needsPasswordAgain(before: Destination, after: Destination): boolean {
  const strength = (tls: Destination["tls"] = "prefer") => tlsModes.indexOf(tls);
  return before.host !== after.host || before.port !== after.port || strength(after.tls) < strength(before.tls);
}
