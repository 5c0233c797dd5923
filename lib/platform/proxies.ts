import { BlockList, isIP } from "node:net";

const privateNetworks = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
];

/** IPv4 addresses reach a socket that listens on IPv6 in a longer form. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

const family = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Whether an address belongs to a proxy that is believed. @throws Error naming an entry that is no address. */
export function trustedProxies(text: string): (address: string) => boolean {
  const list = new BlockList();
  const entries = text.split(",").flatMap((entry) => (entry.trim() === "private" ? privateNetworks : entry.trim()));
  for (const entry of entries.filter(Boolean)) {
    const [address = "", bits, ...rest] = entry.split("/");
    const most = isIP(address) === 6 ? 128 : 32;
    const length = bits === undefined ? most : Number(bits);
    if (!isIP(address) || rest.length || !Number.isInteger(length) || length < 0 || length > most)
      throw new Error(`"${entry}" must be an address, a network like 10.0.0.0/8, or \`private\`.`);
    list.addSubnet(address, length, family(address));
  }
  return (address) => isIP(address) !== 0 && list.check(address, family(address));
}

/**
 * Who a request comes from: the socket's other end, unless that is a proxy that is believed. Then the last address in
 * what the proxies wrote (X-Forwarded-For) that is none of theirs: whatever stands before it, the client may have written.
 */
export function clientAddress(
  socket: string | undefined,
  forwarded: string | undefined,
  trusted: (address: string) => boolean,
): string {
  let address = plainAddress(socket ?? "");
  const hops = (forwarded ?? "").split(",").map((hop) => plainAddress(hop.trim()));
  while (trusted(address)) {
    const before = hops.pop();
    if (!before || !isIP(before)) break;
    address = before;
  }
  return address;
}
