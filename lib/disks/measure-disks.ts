import { stat, statfs } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { sql } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { storeFolder } from "@/lib/platform/store/open";
import { isFilling, isRoomy } from "./filling";

export interface Measured {
  id: string;
  folder: string;
  totalBytes: number;
  freeBytes: number;
}

/** The disks that this process writes to: the shared one of the store, and its own where that is another. */
export async function disksHere(): Promise<Measured[]> {
  const home = path.resolve(env().SLUICE_HOME);
  const shared = storeFolder();
  const places = [...(shared ? [{ id: "store", folder: shared }] : []), { id: `home ${hostname()}`, folder: home }];
  const found = new Map<number, Measured>();
  for (const { id, folder } of places) {
    const [place, disk] = await Promise.all([stat(folder).catch(() => null), statfs(folder).catch(() => null)]);
    if (!place || !disk || found.has(place.dev)) continue;
    found.set(place.dev, { id, folder, totalBytes: disk.blocks * disk.bsize, freeBytes: disk.bavail * disk.bsize });
  }
  return [...found.values()];
}

/** One sample an hour of each disk, and what follows from those of the last 14 days. Safe in several workers at once. */
export async function measureDisks(): Promise<void> {
  for (const disk of await disksHere()) await keepMeasure(disk);
  await tellOfDisks();
}

/** By a line of least squares: what is cleared away now and then does not mislead it. @param now for tests */
export async function keepMeasure(disk: Measured, now = new Date()): Promise<void> {
  await sql(
    "disk",
    `insert into disks (id, folder, total_bytes, free_bytes, measured_at) values ($1, $2, $3, $4, $5)
     on conflict (id) do update set folder = excluded.folder, total_bytes = excluded.total_bytes,
       free_bytes = excluded.free_bytes, measured_at = excluded.measured_at`,
    [disk.id, disk.folder, disk.totalBytes, disk.freeBytes, now],
  );
  await sql(
    "disk_sample",
    `insert into disk_samples (disk_id, at, used_bytes) values ($1, date_trunc('hour', $2::timestamptz), $3)
     on conflict do nothing`,
    [disk.id, now, disk.totalBytes - disk.freeBytes],
  );
  await sql("disk_forget", "delete from disk_samples where at < $1::timestamptz - interval '30 days'", [now]);
  // A disk that grows by less than its hundredth in a year is not filling up.
  await sql(
    "disk_growth",
    `update disks d set growth = g.bytes, full_at = case when g.bytes * 36500 > d.total_bytes
       then d.measured_at + least(d.free_bytes / g.bytes, 36500) * interval '1 day' end
     from (select case when max(at) - min(at) >= interval '2 days'
         then 86400 * regr_slope(used_bytes, extract(epoch from at)) end as bytes
       from disk_samples where disk_id = $1 and at > $2::timestamptz - interval '14 days') g
     where d.id = $1`,
    [disk.id, now],
  );
}

/** Once of each disk that is filling up, and again only after it has had room. */
export async function tellOfDisks(): Promise<void> {
  await sql("disk_over", `update disks d set told_at = null where d.told_at is not null and ${isRoomy}`, []);
  const due = await sql("disk_due", `select 1 from disks d where d.told_at is null and ${isFilling} limit 1`, []);
  // What needs Prisma is loaded when there is something to tell.
  if (due.length > 0) await (await import("./tell-disk")).tellDisks();
}
