import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** Where what we fetch from or post to may lie: in the internet, and at hosts of one's own that an admin named. */

const inside = new BlockList();
for (const [network, bits] of [
  ...[["0.0.0.0", 8] as const, ["10.0.0.0", 8] as const, ["100.64.0.0", 10] as const, ["127.0.0.0", 8] as const],
  ...[["169.254.0.0", 16] as const, ["172.16.0.0", 12] as const, ["192.0.0.0", 24] as const],
  ...[["192.0.2.0", 24] as const, ["192.88.99.0", 24] as const, ["192.168.0.0", 16] as const],
  ...[["198.18.0.0", 15] as const, ["198.51.100.0", 24] as const, ["203.0.113.0", 24] as const],
  ...[["224.0.0.0", 4] as const, ["240.0.0.0", 4] as const],
])
  inside.addSubnet(network, bits, "ipv4");
// Of IPv6 only what is given out to the internet is taken, without the ranges that carry an IPv4 address inside.
const outside6 = new BlockList();
outside6.addSubnet("2000::", 3, "ipv6");
const carriers = new BlockList();
for (const [network, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  carriers.addSubnet(network, bits, "ipv6");

/** Whether an address belongs to the internet and not to a network of somebody's own. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !inside.check(address, "ipv4");
  return isIP(address) === 6 && outside6.check(address, "ipv6") && !carriers.check(address, "ipv6");
}

/** An address that is not asked, or cannot be; in words. */
export class EgressError extends Error {
  override readonly name = "EgressError";
  constructor(
    readonly kind: "refused" | "away",
    message: string,
  ) {
    super(message);
  }
}

/** Hosts of one's own, `hooks.internal` or `10.1.2.3:8080`, and the sentence for all others in a private network. */
export interface Allowed {
  hosts: string[];
  refusal: (host: string) => string;
}

/** A host that an admin allowed by name, with its port or any, or by the address that it stands for. */
function isAllowed({ hosts }: Allowed, host: string, port: string, address: string): boolean {
  return hosts.some(
    (one) => one === host || one === `${host}:${port}` || one === address || one === `${address}:${port}`,
  );
}

const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
const portOf = (url: URL) => url.port || (url.protocol === "https:" ? "443" : "80");

/** What can be said of an address without asking the network: why it may not be asked, or null. */
export function refusalOf(text: string, allowed: Allowed): string | null {
  const url = new URL(text);
  const host = hostOf(url);
  const named = host === "localhost" || host.endsWith(".localhost");
  const refused =
    (isIP(host) || named) && !(isIP(host) && isPublic(host)) && !isAllowed(allowed, host, portOf(url), host);
  return refused ? allowed.refusal(host) : null;
}

export interface Destination {
  host: string;
  port: number;
  /** The one that was checked: the connection goes there and asks no name server again. */
  address: string;
  family: 4 | 6;
}

/** Resolves and checks; every address that the name stands for must be allowed. @throws EgressError */
export async function destinationOf(url: URL, allowed: Allowed): Promise<Destination> {
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new EgressError("refused", "Only addresses that begin with https:// or http:// are asked.");
  const [host, port] = [hostOf(url), portOf(url)];
  const found = await lookup(host, { all: true, verbatim: true }).catch(() => []);
  const [first] = found;
  if (!first) throw new EgressError("away", `${host} has no address just now.`);
  if (!found.every(({ address }) => isPublic(address) || isAllowed(allowed, host, port, address)))
    throw new EgressError("refused", allowed.refusal(host));
  return { host, port: Number(port), address: first.address, family: first.family === 6 ? 6 : 4 };
}
