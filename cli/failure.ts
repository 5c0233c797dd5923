/** How the program ends, for scripts that call it. `sluice --help` prints them. */
export const exits = {
  done: 0,
  /** The statement failed, or a check found something wrong. */
  failed: 1,
  /** The command line, or what was asked for, is not right. */
  usage: 2,
  /** Not signed in, or not allowed. */
  forbidden: 3,
  missing: 4,
  /** Sluice cannot be reached, or asks to come back later. */
  away: 5,
  /** The execution was cancelled by somebody else. */
  cancelled: 6,
  interrupted: 130,
} as const;

/** An end that is told in one sentence on stderr. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exit: number = exits.usage,
  ) {
    super(message);
  }
}
