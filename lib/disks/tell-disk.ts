import { notify } from "@/lib/inbox/notify";
import { db } from "@/lib/platform/db/prisma";
import { isFilling } from "./filling";
import { diskWords } from "./words";

interface Told {
  folder: string;
  totalBytes: number;
  freeBytes: number;
  growth: number | null;
  fullAt: Date | null;
}

/** Tells every admin of each disk that is filling up, in the inbox and by mail; once, until it has had room again. */
export async function tellDisks(): Promise<number> {
  return db().$transaction(async (tx) => {
    const told = await tx.$queryRawUnsafe<Told[]>(
      `update disks d set told_at = now() where d.told_at is null and ${isFilling}
       returning folder, total_bytes::float8 as "totalBytes", free_bytes::float8 as "freeBytes", growth, full_at as "fullAt"`,
    );
    if (told.length === 0) return 0;
    const admins = await tx.user.findMany({
      where: { role: "admin", disabledAt: null, serviceTeamId: null },
      select: { id: true },
    });
    const ids = admins.map(({ id }) => id);
    for (const { fullAt, ...disk } of told) {
      const text = diskWords({ ...disk, fullAt: fullAt?.toISOString() ?? null, filling: true });
      await notify(tx, ids, { kind: "disk", text, url: "/admin/load" });
    }
    return told.length;
  });
}
