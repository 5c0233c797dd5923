import { z } from "zod";
import { diskView } from "@/lib/disks/schema";
import { clientOf } from "../client";
import type { Command } from "../command";
import { jsonFlag, printList } from "../print";

const list = z.object({ items: z.array(diskView) });
const gib = (bytes: number) => (bytes / 1024 ** 3).toFixed(1);

export const disksCommand: Command = {
  name: "disks",
  words: [],
  summary: "The disks that Sluice writes to: what is free, and when they will be full",
  flags: jsonFlag,
  notes: "As they were last measured; those that fill up first stand first.",
  async run(given) {
    const { items } = await clientOf(given).ask("/disks", list);
    return printList(given, items, {
      disk: (one) => one.id,
      folder: (one) => one.folder,
      "free (GiB)": (one) => gib(one.freeBytes),
      "of (GiB)": (one) => gib(one.totalBytes),
      "a day (GiB)": (one) => (one.growth === null ? "" : gib(one.growth)),
      full: (one) => one.fullAt,
      state: (one) => (one.filling ? "filling up" : "fine"),
      measured: (one) => one.measuredAt,
    });
  },
};
