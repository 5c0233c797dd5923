import type { ZodType, z } from "zod";
import type { Context } from "@/lib/access/context";
import { allow, refuseWhileViewing } from "@/lib/access/policy";
import { SluiceError } from "@/lib/platform/errors";
import { fieldWords } from "@/lib/platform/field-words";
import { addToSubject } from "@/lib/platform/subject";
import { authenticate } from "./authenticate";
import { type DocumentText, documentText, parseJson, readText } from "./body";
import { once, onceAs, onceMade } from "./idempotency";
import type { Operation } from "./operation";
import { invalid, problem } from "./problem";
import { refuseUnstorable } from "./storable";

type Parsed<Schema> = Schema extends ZodType ? z.output<Schema> : undefined;

export interface Asked<P extends ZodType, Q extends ZodType, B extends ZodType> {
  ctx: Context;
  params: Parsed<P>;
  query: Parsed<Q>;
  body: Parsed<B>;
  /** Of an operation that takes a document; of others there is none. */
  document: DocumentText;
  request: Request;
  /** Does what must not happen twice: under an Idempotency-Key, a repeat gets the first answer. */
  once<Answer>(make: () => Promise<Answer>): Promise<Answer>;
  /**
   * The same for what makes something: a repeat after the first request's process died finds that too, and is answered by
   * `again` from the id of what was made, or refused and told of it.
   */
  onceMade<Answer>(make: () => Promise<Answer>, again?: (id: string) => Promise<Answer>): Promise<Answer>;
  /**
   * The same for one thing that is made under the id given to `make`, which answers from it when it is there already: also
   * a repeat after the first request's process died finds it. Without a key there is no id.
   */
  onceAs<Answer>(make: (id?: string) => Promise<Answer>): Promise<Answer>;
}

type RouteHandler = (
  request: Request,
  context: { params: Promise<Record<string, string | string[] | undefined>> },
) => Promise<Response>;

/**
 * A REST call: who asks, whether they may, what they sent by the operation's schemas, and any error as a problem.
 * The handler answers with a value (200 as JSON) or a Response.
 */
export function route<P extends ZodType, Q extends ZodType, B extends ZodType>(
  operation: Operation<P, Q, B>,
  handler: (asked: Asked<P, Q, B>) => Promise<Response | object>,
): RouteHandler {
  return async (request, context) => {
    try {
      const ctx = operation.action ? await authenticate(request) : nobody;
      if (operation.action) allow(ctx, operation.action);
      if (operation.action && operation.method !== "GET" && !operation.whileViewing) refuseWhileViewing(ctx);
      const params = operation.params && check(operation.params, await context.params, "path");
      if (operation.path.startsWith("/executions/{id}")) addToSubject({ execution: (params as { id: string }).id });
      const query = operation.query && check(operation.query, queryOf(request.url), "query");
      const text = operation.body || operation.document ? await readText(request) : "";
      const type = request.headers.get("content-type");
      const body = operation.body && check(operation.body, parseJson(text, type), "body", text);
      const document = operation.document ? documentText(text, type) : noDocument;
      const key = request.method === "POST" ? request.headers.get("idempotency-key") : null;
      // Two bodies that go through as they come cannot be compared; one that is sent again would be stored twice.
      if (key && operation.stream) throw new SluiceError("bad_request", noKey);
      const asked = `${operation.path} ${placeOf(request.url)} ${text}`;
      const answer = await handler({
        ctx,
        params: params as Parsed<P>,
        query: query as Parsed<Q>,
        body: body as Parsed<B>,
        document,
        request,
        once: (make) => (key ? once(ctx, key, asked, make, forget(operation.once)) : make()),
        onceMade: (make, again) => (key ? onceMade(ctx, key, asked, make, again, forget(operation.once)) : make()),
        onceAs: (make) => (key ? onceAs(ctx, key, asked, make) : make()),
      });
      return answer instanceof Response ? answer : json(answer);
    } catch (error) {
      return problem(error);
    }
  };
}

const noKey =
  "This address takes no Idempotency-Key: look with GET whether the first one arrived, and send it again if not.";

/** A public operation has no context; its handler must not look at one. */
const nobody = undefined as unknown as Context;
const noDocument = undefined as unknown as DocumentText;

export function json(value: unknown, status = 200, headers?: Record<string, string>): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  });
}

/** JSON that is text already. */
export function jsonText(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/json", "cache-control": "no-store" } });
}

export function empty(): Response {
  return new Response(null, { status: 204 });
}

function check(schema: ZodType, value: unknown, where: "body" | "query" | "path", text?: string): unknown {
  // Neither can stand in JSON's text but as an escape, so most bodies are looked at no further.
  if (text === undefined || text.includes("\\u")) refuseUnstorable(value, where);
  const answer = schema.safeParse(value, { error: fieldWords });
  if (!answer.success) throw invalid(answer.error, where);
  return answer.data;
}

/** Path and query. The origin is that of the process that was asked, and another one may be asked again. */
function placeOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function queryOf(url: string): Record<string, string> {
  const start = url.indexOf("?");
  return start < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(start)));
}

function forget(field: string | undefined): (answer: unknown) => unknown {
  return (answer) => (field ? { ...(answer as object), [field]: null } : answer);
}
