import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";

/**
 * Removes what was used longest ago (by modification time, which a user touches) until the folder fits. A file that
 * somebody has open stays readable after its name is gone. What `keeps` says stays whatever its age.
 */
export async function trimCache(
  folder: string,
  capBytes: number,
  keeps: (file: string) => boolean = () => false,
): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const info = await stat(file).catch(() => null);
      return { file, size: info?.size ?? 0, used: info?.mtimeMs ?? 0 };
    }),
  );
  // What another request is just making is not there yet; left by a process that died, it is, an hour later.
  const making = Date.now() - 3_600_000;
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size, used } of files.sort((a, b) => a.used - b.used)) {
    if (total <= capBytes) return;
    if (keeps(file) || (file.endsWith(".part") && used > making)) continue;
    await rm(file, { force: true });
    total -= size;
  }
}
