import type { ZodType } from "zod";
import type { Action } from "@/lib/access/policy";

/** What one REST call takes and gives: the route checks by it, and the OpenAPI document is made from it. */
export interface Operation<
  Params extends ZodType = ZodType,
  Query extends ZodType = ZodType,
  Body extends ZodType = ZodType,
> {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As OpenAPI writes it: `/executions/{id}`, below /api/v1. */
  path: string;
  summary: string;
  /** Null: no sign-in needed. */
  action: Action | null;
  params?: Params;
  query?: Query;
  body?: Body;
  /** The body is a pipeline's document, in YAML or JSON: its text goes to the handler, which says where it is wrong. */
  document?: true;
  /** The body is no JSON but goes through as it comes, in this media type. */
  stream?: string;
  /** Status to what is in the answer; a string names a media type that is a stream. */
  answers: Record<number, { description: string; schema?: ZodType; media?: string }>;
  /** What an admin who looks as somebody else may do though it is no GET. */
  whileViewing?: true;
  /** A field of the answer that is shown once and never kept for an Idempotency-Key. */
  once?: string;
}

export function operation<P extends ZodType, Q extends ZodType, B extends ZodType>(
  described: Operation<P, Q, B>,
): Operation<P, Q, B> {
  return described;
}
