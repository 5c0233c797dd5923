export interface FieldProblem {
  field: string;
  message: string;
}

/** What the API refused, as a person may read it. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldProblem[] = [],
    /** Whatever else the answer said, by its own names. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  /** The session ended; what the person typed must stay where it is. */
  get signedOut(): boolean {
    return this.status === 401;
  }

  /** Field errors as a form takes them. */
  get byField(): Record<string, string> {
    return Object.fromEntries(this.fields.map(({ field, message }) => [field, message]));
  }
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem(500, "internal", "Something went wrong on this page. Reload it and try again.");
}
