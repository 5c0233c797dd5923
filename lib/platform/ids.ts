import { createHash, randomBytes } from "node:crypto";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

function encode(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest >>= 5n) text = alphabet[Number(rest & 31n)] + text;
  return text;
}

/**
 * A new id: 26 characters, 48 bits of milliseconds then 80 random bits in Crockford's base 32 (the ULID layout,
 * github.com/ulid/spec), so ids sort by time and a page's cursor is simply the last id.
 */
export function newId(now: number = Date.now()): string {
  return encode(BigInt(now), 10) + encode(BigInt(`0x${randomBytes(10).toString("hex")}`), 16);
}

/** The id of something that is made along with `id`, told apart by a name: the same again for the same two. */
export function idBeside(id: string, name: string): string {
  const random = createHash("sha256").update(`${id} ${name}`).digest("hex").slice(0, 20);
  return id.slice(0, 10) + encode(BigInt(`0x${random}`), 16);
}

/** No id that was made at this instant (milliseconds) or later is smaller: a bound in time for what is read by its id. */
export function firstIdAt(at: number): string {
  return encode(BigInt(Math.max(0, Math.trunc(at))), 10) + "0".repeat(16);
}

/** An unguessable value for tokens and one-time links: 256 bits, URL-safe. */
export function newSecret(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString("base64url")}`;
}
