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
  if (file === null) return undefined;
  const { auths = {} } = JSON.parse(await readFile(file, "utf8")) as { auths?: Record<string, { auth?: string }> };
  const basic = auths[registry]?.auth;
  if (!basic) return undefined;
  const [username = "", ...password] = Buffer.from(basic, "base64").toString().split(":");
  return { username, password: password.join(":") };
}
