import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { env } from "./env";

interface Key {
  name: string;
  bytes: Buffer;
}

function keys(): Key[] {
  return env()
    .SLUICE_KEYS.split(",")
    .map((entry) => {
      const [name = "", value = ""] = entry.trim().split(":");
      const bytes = Buffer.from(value, "base64");
      if (!name || bytes.length !== 32) throw new Error(`SLUICE_KEYS: key "${name}" must be 32 bytes in base64.`);
      return { name, bytes };
    });
}

/**
 * AES-256-GCM under the newest key. `boundTo` (the row's id) is authenticated with it, so a ciphertext
 * copied into another row does not open. Layout: `key name:iv:tag:ciphertext`, base64url.
 */
export function encrypt(plain: string, boundTo: string): string {
  const [key] = keys();
  if (!key) throw new Error("SLUICE_KEYS is empty.");
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, iv).setAAD(Buffer.from(boundTo));
  const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return [key.name, ...[iv, cipher.getAuthTag(), body].map((part) => part.toString("base64url"))].join(":");
}

/** @throws Error when the key is gone from SLUICE_KEYS, or the text was changed or belongs to another row. */
export function decrypt(sealed: string, boundTo: string): string {
  const [name, iv = "", tag = "", body = ""] = sealed.split(":");
  const key = keys().find((candidate) => candidate.name === name);
  if (!key) throw new Error(`Encryption key "${name}" is not in SLUICE_KEYS.`);
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, Buffer.from(iv, "base64url"))
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(Buffer.from(tag, "base64url"));
  return decipher.update(Buffer.from(body, "base64url"), undefined, "utf8") + decipher.final("utf8");
}

/** The name of the key that a ciphertext was made under. */
export const keyOf = (sealed: string): string => sealed.split(":", 1)[0] ?? "";

/** Names of the keys at hand, the newest first: what is encrypted from now on is under that one. */
export const keyNames = (): string[] => keys().map(({ name }) => name);

/** Hex sha256: for tokens (which have 256 random bits, so no slow hash is needed) and join keys. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
