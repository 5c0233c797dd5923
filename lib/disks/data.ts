import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { sql } from "@/lib/platform/db/pool";
import { isFilling } from "./filling";
import type { DiskView } from "./schema";
import { diskWords } from "./words";

interface Row {
  id: string;
  measured_at: Date;
  folder: string;
  total_bytes: number;
  free_bytes: number;
  growth: number | null;
  full_at: Date | null;
  filling: boolean;
}

/** What is known of the disks that were measured within a day, those that fill up first. */
export async function listDisks(): Promise<DiskView[]> {
  const rows = await sql<Row>(
    "disks",
    `select id, measured_at, folder, total_bytes, free_bytes, growth, full_at, coalesce(${isFilling}, false) as filling from disks d
     where measured_at > now() - interval '1 day' order by filling desc, full_at nulls last, id`,
    [],
  );
  return rows.map((row) => ({
    id: row.id,
    folder: row.folder,
    totalBytes: row.total_bytes,
    freeBytes: row.free_bytes,
    growth: row.growth,
    fullAt: row.full_at?.toISOString() ?? null,
    filling: row.filling,
    measuredAt: row.measured_at.toISOString(),
  }));
}

/** The same, for who may see the load. */
export async function getDisks(ctx: Context): Promise<DiskView[]> {
  allow(ctx, "load.read");
  return listDisks();
}

/** For the load page: one sentence about each disk that is filling up. */
export async function diskWarnings(ctx: Context): Promise<string[]> {
  return (await getDisks(ctx)).filter(({ filling }) => filling).map(diskWords);
}
