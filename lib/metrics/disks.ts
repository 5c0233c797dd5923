import { Gauge, type Registry } from "prom-client";
import { listDisks } from "@/lib/disks/data";

const of = ["disk", "folder"] as const;

/** The disks that Sluice writes to, as housekeeping last measured them: once an hour, wherever a worker runs. */
export function diskGauges(registry: Registry): () => Promise<void> {
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: of, registers: [registry] });
  const total = gauge("sluice_disk_total_bytes", "How much a disk that Sluice writes to holds");
  const free = gauge("sluice_disk_free_bytes", "How much of it is free");
  const growth = gauge("sluice_disk_growth_bytes_per_day", "What it fills by a day, once two days are known");
  const filling = gauge("sluice_disk_filling", "1 where it is full within 14 days, or nearly so now");
  return async () => {
    const disks = await listDisks();
    for (const one of [total, free, growth, filling]) one.reset();
    for (const disk of disks) {
      const labels = { disk: disk.id, folder: disk.folder };
      total.set(labels, disk.totalBytes);
      free.set(labels, disk.freeBytes);
      if (disk.growth !== null) growth.set(labels, disk.growth);
      filling.set(labels, disk.filling ? 1 : 0);
    }
  };
}
