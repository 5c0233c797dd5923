import { readFile } from "node:fs/promises";

export interface Account {
  username: string;
  password: string;
}

/**
 * From a file as `docker login` writes it (DOCKER_ACCOUNTS); it stays with our processes and is sent to that registry alone.
 * @throws Error where the file cannot be read
 */
export async function accountOf(registry: string, file: string | null): Promise<Account | undefined> {
  const auths = await authsOf(file);
  const basic = auths[registry]?.auth;
  if (!basic) return undefined;
  const [username = "", ...password] = Buffer.from(basic, "base64").toString().split(":");
  return { username, password: password.join(":") };
}

/** The registries that it names. */
export const accountsIn = async (file: string | null): Promise<string[]> => Object.keys(await authsOf(file));

async function authsOf(file: string | null): Promise<Record<string, { auth?: string }>> {
  if (file === null) return {};
  const { auths = {} } = JSON.parse(await readFile(file, "utf8")) as { auths?: Record<string, { auth?: string }> };
  return auths;
}
