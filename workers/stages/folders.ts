import { chmod, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { env } from "@/lib/platform/env";
import type { Folders } from "@/lib/runtimes/runtime";

/** Short, for a socket's whole path may have 107 bytes. */
export const attemptsFolder = (): string => path.join(path.resolve(env().SLUICE_HOME), "attempts");

export const homeOf = (attempt: string): string => path.join(attemptsFolder(), attempt);

export const foldersOf = (attempt: string): Folders => ({
  in: path.join(homeOf(attempt), "in"),
  out: path.join(homeOf(attempt), "out"),
  secrets: path.join(homeOf(attempt), "secrets"),
  sockets: path.join(homeOf(attempt), "s"),
});

/**
 * What one attempt works in. A container's user is another than ours, so it may read the one and write the other; nobody
 * else reaches them, for the folder above is ours alone.
 */
export async function makeFolders(attempt: string, outputs: string[]): Promise<Folders> {
  const folders = foldersOf(attempt);
  await mkdir(attemptsFolder(), { recursive: true, mode: 0o700 });
  await rm(homeOf(attempt), { recursive: true, force: true });
  for (const folder of [folders.in, folders.secrets, folders.sockets, folders.out])
    await mkdir(folder, { recursive: true });
  const written = [folders.out, ...outputs.map((name) => path.join(folders.out, name))];
  for (const folder of written) {
    await mkdir(folder, { recursive: true });
    // The mode of mkdir is cut by the umask.
    await chmod(folder, 0o777);
  }
  return folders;
}

export async function removeFolders(attempt: string): Promise<void> {
  await rm(homeOf(attempt), { recursive: true, force: true });
}
