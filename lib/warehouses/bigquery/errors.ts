import { type StatementError, WarehouseError } from "@/lib/warehouses/adapter";
import { lineAndColumn, offsetOf } from "@/lib/warehouses/lexer";
import type { BigQueryConfig } from "./config";

/** An error as the service says it: `status.errorResult` of a job, and each of `error.errors` of a refused request. */
export interface ServiceError {
  reason?: string;
  message?: string;
  location?: string;
}

/** What the client throws: the service's answer, or the network's silence. */
interface RequestError extends Error {
  /** HTTP status, or the network's own code. */
  code?: number | string;
  errors?: ServiceError[];
  response?: { headers?: unknown; data?: { error?: unknown }; statusCode?: number };
}

const networkCodes =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ESOCKETTIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH)$/;
const passingReasons = new Set([
  "rateLimitExceeded",
  "jobRateLimitExceeded",
  "backendError",
  "internalError",
  "jobBackendError",
]);

function networkCode({ code, message, cause }: RequestError): string | null {
  const inner = (cause ?? {}) as { code?: unknown };
  for (const each of [code, inner.code]) if (typeof each === "string" && networkCodes.test(each)) return each;
  return /socket hang up|network timeout|premature close|fetch failed|terminated/i.test(message) ? "ECONNRESET" : null;
}

/** Whether the same request may go through later. Jobs are named by us, so that a second insert finds the first. */
export function isPassing(error: unknown): boolean {
  const one = error as RequestError;
  if (networkCode(one)) return true;
  if (typeof one.code === "number" && (one.code === 429 || one.code >= 500)) return true;
  return one.errors?.some(({ reason = "" }) => passingReasons.has(reason)) ?? false;
}

/** Milliseconds that a refusal asks to wait; ten seconds at most, since a slot is held meanwhile. */
export function waitAsked(error: unknown): number | null {
  const headers = (error as RequestError).response?.headers as
    | { get?: (name: string) => string | null; "retry-after"?: string }
    | undefined;
  const asked = typeof headers?.get === "function" ? headers.get("retry-after") : headers?.["retry-after"];
  const seconds = Number(asked ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(10_000, seconds * 1_000) : null;
}

/** HTTP status of a refusal; null when nothing answered. */
export function statusOf(error: unknown): number | null {
  const cause = error instanceof WarehouseError ? error.cause : error;
  const { code } = (cause ?? {}) as RequestError;
  return typeof code === "number" ? code : null;
}

export function requestError(error: unknown, config: BigQueryConfig): WarehouseError {
  if (error instanceof WarehouseError) return error;
  const made = new WarehouseError(detailOf(error as RequestError, config));
  made.cause = error;
  const { code } = error as RequestError;
  made.away = networkCode(error as RequestError) !== null || (typeof code === "number" && code >= 500);
  return made;
}

function detailOf(error: RequestError, config: BigQueryConfig): StatementError {
  const where = config.endpoint ?? "BigQuery";
  const network = networkCode(error);
  if (network) {
    const message = `The connection to ${where} was lost (${network}). Nothing of this result is kept; run it again.`;
    return { code: "connection", message };
  }
  const oauth = /\binvalid_grant\b|\binvalid_client\b|invalid_rapt/.exec(error.message)?.[0];
  if (oauth || error.code === 401)
    return { code: "connection", message: `${keyRefused(oauth)} Ask an admin to store a new one.` };
  const [first] = error.errors ?? [];
  return serviceDetail({ ...first, message: first?.message ?? error.message });
}

export function keyRefused(oauth: string | undefined): string {
  const why =
    oauth === "invalid_grant" ? " (invalid_grant: it was deleted or disabled, or this server's clock is wrong)" : "";
  return `Google does not take this warehouse's key${why}.`;
}

const sentences: Record<string, (message: string) => StatementError> = {
  stopped: (message) =>
    /timed? ?out/i.test(message)
      ? { code: "timeout", message: "The statement took longer than the time allowed for it and was stopped." }
      : { code: "stopped", message: "The statement was stopped." },
  timeout: () => ({
    code: "timeout",
    message: "The statement took longer than the time allowed for it and was stopped.",
  }),
  bytesBilledLimitExceeded: (message) => ({
    code: "bytes_limit",
    message: `${message} An admin set this limit for the warehouse: read fewer columns or partitions, or ask them.`,
  }),
  rateLimitExceeded: (message) => ({
    code: "rate_limited",
    message: `BigQuery has too much to do for this project now: ${message} Run it again later.`,
  }),
  quotaExceeded: (message) => ({ code: "quota", message: `A quota of the project is used up: ${message}` }),
};

/** The same for a job's own error. */
export function serviceDetail({
  reason = "unknown",
  message = "BigQuery gave no reason.",
}: ServiceError): StatementError {
  const said = sentences[reason]?.(message);
  return said ?? { code: reason, message };
}

const place = /\s*\bat \[(\d+):(\d+)\]/;
const tabWidth = 8;

/** With its place taken out of the words and put where editors find it. */
export function inOwnText(detail: StatementError, sql: string): StatementError {
  const found = place.exec(detail.message);
  if (!found) return detail;
  const [text, line = "1", column = "1"] = found;
  const message = detail.message.replace(text, "").trim();
  return { ...detail, message, ...lineAndColumn(sql, offsetOfPlace(sql, Number(line), Number(column))) };
}

/** The service counts code points, a tab up to the next multiple of eight; editors count UTF-16 units. */
function offsetOfPlace(sql: string, line: number, column: number): number {
  let offset = offsetOf(sql, line, 1);
  for (let at = 1; at < column && offset < sql.length && sql[offset] !== "\n"; ) {
    at = sql[offset] === "\t" ? Math.floor((at - 1) / tabWidth + 1) * tabWidth + 1 : at + 1;
    offset += (sql.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}
