import { chmod, lchown, lstat, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import type { Folders } from "../runtime";
import { scratchOf } from "./container";

async function walk(place: string, see: (place: string, isFolder: boolean) => Promise<void>): Promise<void> {
  const found = await lstat(place);
  if (found.isSymbolicLink()) return;
  await see(place, found.isDirectory());
  if (found.isDirectory()) for (const name of await readdir(place)) await walk(path.join(place, name), see);
}

/**
 * Makes the folders fit for the user inside. A worker that is root gives away what the program writes, and its secrets; its
 * inputs may be links to files of the store, so they stay its own and become readable: the folder above them lets nobody in.
 */
export async function handOver(folders: Folders, user: { uid: number; gid: number }): Promise<void> {
  await mkdir(scratchOf(folders), { recursive: true, mode: 0o700 });
  if (process.getuid?.() !== 0) return;
  for (const own of [folders.out, folders.secrets, folders.sockets, scratchOf(folders)])
    await walk(own, (place) => lchown(place, user.uid, user.gid));
  await walk(folders.in, async (place, isFolder) => {
    const wanted = isFolder ? 0o555 : 0o444;
    const { mode } = await lstat(place);
    if ((mode & wanted) !== wanted) await chmod(place, (mode & 0o777) | wanted);
  });
}
