import type { ZodError } from "zod";
import { databaseAway } from "@/lib/platform/db/away";
import { codes, type ErrorCode, type FieldError, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { subjectNow } from "@/lib/platform/subject";

const titles: Record<ErrorCode, string> = {
  bad_request: "The request could not be read",
  unauthenticated: "Sign-in needed",
  forbidden: "Not allowed",
  not_found: "Not found",
  method_not_allowed: "Method not allowed",
  conflict: "Conflict",
  gone: "Gone",
  too_large: "Too large",
  invalid: "Some fields are not valid",
  rate_limited: "Too many requests",
  internal: "Something went wrong",
  unavailable: "Not available now",
};

export const problemType = "application/problem+json";

/** RFC 9457 for any error. One that is not ours keeps its text to the log and gives the person a reference. */
export function problem(error: unknown): Response {
  const known = error instanceof SluiceError ? error : databaseAway(error) ? away(error) : unexpected(error);
  const { retryAfter, ...extra } = known.extra;
  const body = {
    type: `urn:sluice:problem:${known.code}`,
    title: titles[known.code],
    status: codes[known.code],
    code: known.code,
    detail: known.message,
    ...extra,
  };
  const headers = new Headers({ "content-type": problemType, "cache-control": "no-store" });
  const later = known.code === "rate_limited" || known.code === "unavailable" || retryAfter !== undefined;
  if (later) headers.set("retry-after", String(retryAfter ?? 1));
  if (known.code === "unauthenticated") headers.set("www-authenticate", "Bearer");
  return new Response(JSON.stringify(body), { status: codes[known.code], headers });
}

function away(error: unknown): SluiceError {
  logger.warn({ error: String(error) }, "database away");
  return new SluiceError("unavailable", "Sluice's own database does not answer just now. Try again in a moment.", {
    retryAfter: 2,
  });
}

function unexpected(error: unknown): SluiceError {
  // The lines that the request wrote before carry it as well.
  const reference = subjectNow()?.request ?? newId();
  logger.error({ reference, error: error instanceof Error ? error.stack : String(error) }, "request failed");
  return new SluiceError("internal", `Something went wrong on our side. Tell an admin this reference: ${reference}.`, {
    reference,
  });
}

/** What zod found, as paths like `config.port`. */
export function invalid(error: ZodError, where: "body" | "query" | "path"): SluiceError {
  const fields: FieldError[] = error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ field: [...path, key].join("."), message: "There is no such field." }));
    }
    return [{ field: path.join(".") || where, message: issue.message }];
  });
  const first = fields[0];
  return new SluiceError("invalid", first ? `${first.field}: ${first.message}` : `The ${where} is not valid.`, {
    fields,
  });
}
