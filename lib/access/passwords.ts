import { hash, verify } from "@node-rs/argon2";

/** argon2id with the package's defaults (19 MiB, 2 passes), OWASP's first recommendation. */
export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

let decoy: Promise<string> | undefined;

/** Takes as long for someone unknown as for a wrong password, so that time tells nobody who has an account. */
export async function checkPassword(password: string, stored: string | null): Promise<boolean> {
  decoy ??= hashPassword("nobody has this password");
  const right = await verify(stored ?? (await decoy), password);
  return stored !== null && right;
}
