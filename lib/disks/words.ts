import type { DiskView } from "./schema";

type DiskState = Pick<DiskView, "folder" | "totalBytes" | "freeBytes" | "growth" | "fullAt" | "filling">;

const gib = 1024 ** 3;
const bytes = (n: number) =>
  n >= gib ? `${(n / gib).toFixed(1)} GiB` : `${Math.max(1, Math.round(n / 1024 ** 2))} MiB`;

/** In words, whatever it is: how much is free, how fast that goes, and what to do where it goes soon. */
export function diskWords({ folder, totalBytes, freeBytes, growth, fullAt, filling }: DiskState): string {
  const free = `${bytes(freeBytes)} of ${bytes(totalBytes)} are free on the disk of ${folder}.`;
  const pace =
    fullAt !== null && growth !== null
      ? ` It fills by ${bytes(growth)} a day and will be full around ${day(fullAt)}.`
      : growth === null
        ? ""
        : " It is not filling up.";
  const help = filling ? " Give it more room, set RESULTS_MAX_BYTES, or lower the days that results are kept." : "";
  return free + pace + help;
}

const day = (at: string) =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(
    new Date(at),
  );
