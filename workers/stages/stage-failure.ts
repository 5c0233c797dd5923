import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import type { AttemptEnd } from "@/lib/runs/lease";
import type { StageError } from "@/lib/runs/schema";
import { RequirementsError } from "@/lib/runtimes/pip";
import type { OwnAttempt } from "./own-attempt";

/** Also as one of our processes says it of a child's. */
export const isFull = (error: unknown): boolean => {
  const { code, message, cause } = error as NodeJS.ErrnoException;
  return (
    /^(ENOSPC|EDQUOT)/.test(code ?? "") ||
    /ENOSPC|EDQUOT|No space left on device/.test(message ?? "") ||
    (cause !== undefined && isFull(cause))
  );
};

export const roomHint = "Make room on the disk of SLUICE_HOME there, then run it again.";

/** Why a stage cannot begin or end as it should, in words for its owner. */
export class StageFailure extends Error {
  override readonly name = "StageFailure";

  constructor(
    readonly error: StageError,
    /** No fault of the program's, so it is tried again for free; or no other try would come to another end. */
    readonly kind: "free" | "again" | "final",
  ) {
    super(error.message);
  }
}

/** The end of an attempt in which this went wrong. What nobody foresaw is ours, and not shown. */
export function failedBy(error: unknown): AttemptEnd {
  if (error instanceof StageFailure)
    return { state: "failed", error: error.error, free: error.kind === "free", final: error.kind === "final" };
  if (error instanceof RequirementsError) {
    const { message, hint } = error;
    return { state: "failed", error: { cause: "program", message, hint }, free: false, final: true };
  }
  if (error instanceof SluiceError) {
    const free = error.code === "unavailable";
    const cause = free ? "platform" : "not_allowed";
    return { state: "failed", error: { cause, message: error.message }, free, final: !free };
  }
  if (isFull(error)) {
    const message = "There was no room left on the disk of the worker that ran this.";
    return { state: "failed", error: { cause: "platform", message, hint: roomHint }, free: true };
  }
  logger.error({ error: error instanceof Error ? error.stack : String(error) }, "stage failed inside Sluice");
  const message = "Something went wrong inside Sluice while it prepared or ended this stage.";
  return { state: "failed", error: { cause: "platform", message }, free: true };
}

/** Of one that was stopped while it ran, or while what it left was published. Another try would be stopped by the limit too. */
export function stoppedEnd({ cause, overLimit }: OwnAttempt): AttemptEnd {
  if (cause === "cancelled") return { state: "cancelled" };
  if (cause === "limit") return { state: "failed", error: overLimit, final: true };
  return lostEnd("The worker was shut down while this ran, and ended it.");
}

export const lostEnd = (message: string): AttemptEnd => ({ state: "lost", error: { cause: "platform", message } });
