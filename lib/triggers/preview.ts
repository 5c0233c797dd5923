import type { z } from "zod";
import { checkTiming, firings, timingOf } from "./firings";
import type { previewSchema, previewView } from "./schema";

/** The next ten moments. @throws SluiceError invalid at `when` */
export function previewTrigger(input: z.infer<typeof previewSchema>): z.infer<typeof previewView> {
  const timing = timingOf(input.when, input.zone);
  const now = new Date();
  checkTiming(timing, now);
  return { firings: firings(timing, now, 10).map((one) => one.toISOString()) };
}
