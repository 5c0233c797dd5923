import { duration } from "@/components/ui/duration";

export const percent = (share: number): string =>
  share > 0 && share < 0.01 ? "under 1 %" : `${Math.round(share * 100)} %`;

export const spent = (seconds: number): string => duration(seconds * 1000);

/** As "22 Jan 2027", by UTC, as days are counted. */
export const dayWords = (at: string | number): string =>
  new Date(at).toLocaleDateString("en-GB", { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
