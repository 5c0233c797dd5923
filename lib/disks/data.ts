import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { sql } from "@/lib/platform/db/pool";
import { isFilling } from "./filling";
import { type DiskState, diskWords } from "./words";

interface Row {
  folder: string;
  total_bytes: number;
  free_bytes: number;
  growth: number | null;
  full_at: Date | null;
  filling: boolean;
}

/** What is known of the disks that were measured within a day, those that fill up first. */
export async function listDisks(): Promise<DiskState[]> {
  const rows = await sql<Row>(
    "disks",
    `select folder, total_bytes, free_bytes, growth, full_at, coalesce(${isFilling}, false) as filling from disks d
     where measured_at > now() - interval '1 day' order by filling desc, full_at nulls last, id`,
    [],
  );
  return rows.map((row) => ({
    folder: row.folder,
    totalBytes: row.total_bytes,
    freeBytes: row.free_bytes,
    growth: row.growth,
    fullAt: row.full_at?.toISOString() ?? null,
    filling: row.filling,
  }));
}

/** For the load page: one sentence about each disk that is filling up. */
export async function diskWarnings(ctx: Context): Promise<string[]> {
  allow(ctx, "load.read");
  return (await listDisks()).filter(({ filling }) => filling).map(diskWords);
}
