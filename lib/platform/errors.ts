/** The closed list of what can be wrong, with the HTTP status each becomes (lib/transport/problem.ts). */
export const codes = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  too_large: 413,
  invalid: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof codes;

export interface FieldError {
  /** Path to the field, as `config.port`. */
  field: string;
  message: string;
}

/**
 * The one error that crosses a layer. Its message is meant for the person who asked and says what to do;
 * anything else that is thrown reaches them only as "something went wrong" with a reference.
 */
export class SluiceError extends Error {
  override readonly name = "SluiceError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly extra: { fields?: FieldError[]; retryAfter?: number; [key: string]: unknown } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get status(): number {
    return codes[this.code];
  }
}

/** What somebody gave for one field does not do: the message stands at that field, and for the whole request. */
export const invalidAt = (field: string, message: string): SluiceError =>
  new SluiceError("invalid", message, { fields: [{ field, message }] });
