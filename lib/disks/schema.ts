import { z } from "zod";

export const diskView = z.object({
  /** `store` for the one that all processes share, else `home` and the host. */
  id: z.string(),
  folder: z.string(),
  totalBytes: z.number(),
  freeBytes: z.number(),
  /** Bytes a day over the last 14 days; null until two days are known. */
  growth: z.number().nullable(),
  /** When it is full if it goes on so. */
  fullAt: z.string().nullable(),
  /** Full within 14 days, or nearly so now. */
  filling: z.boolean(),
  measuredAt: z.string(),
});
export type DiskView = z.infer<typeof diskView>;
