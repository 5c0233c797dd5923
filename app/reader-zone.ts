import { cookies } from "next/headers";
import type { Context } from "@/lib/access/context";
import { timeZone } from "@/lib/users/schema";

/** The zone in which this person reads times: the one they chose, or their browser's as it last told; null at first. */
export async function readerZone(ctx: Context): Promise<string | null> {
  if (ctx.user.timeZone) return ctx.user.timeZone;
  const told = timeZone.safeParse(decodeURIComponent((await cookies()).get("sluice-zone")?.value ?? ""));
  return told.success && told.data ? told.data : null;
}
