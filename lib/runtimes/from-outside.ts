import type { Exit } from "./runtime";

/** What nobody sends to himself by a fault of his own, as SIGSEGV or SIGABRT are sent. */
const signals = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"];
/** As an engine, a cluster or a shell says it of SIGKILL and SIGTERM: 128 and the signal's number. */
const codes = [137, 143];

/**
 * Whether a program ended as what is ended from outside does: by an engine or a node that goes down, the kernel, or `kill`.
 * Whoever asks knows of the ends that are Sluice's own: a stop, a limit. Decision 0084.
 */
export const endedFromOutside = ({ code, signal }: Pick<Exit, "code" | "signal">): boolean =>
  signal === null ? code !== null && codes.includes(code) : signals.includes(signal);
