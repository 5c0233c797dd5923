import { hash, verify } from "@node-rs/argon2";
import { Turns } from "@/lib/platform/turns";

// Each takes 19 MiB and one of libuv's four threads for tens of milliseconds: files and names need some too.
const turns = new Turns(2, 200, "Very many people sign in just now. Try again in some seconds.");

/** argon2id with the package's defaults (19 MiB, 2 passes), OWASP's first recommendation. */
export function hashPassword(password: string): Promise<string> {
  return turns.run(() => hash(password));
}

let decoy: Promise<string> | undefined;

/** Takes as long for someone unknown as for a wrong password, so that time tells nobody who has an account. */
export async function checkPassword(password: string, stored: string | null): Promise<boolean> {
  decoy ??= hash("nobody has this password");
  const against = await decoy;
  const right = await turns.run(async () => verify(stored ?? against, password));
  return stored !== null && right;
}
