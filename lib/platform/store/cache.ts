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
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size } of files.sort((a, b) => a.used - b.used)) {
    if (total <= capBytes) return;
    if (keeps(file)) continue;
    await rm(file, { force: true });
    total -= size;
  }
}
