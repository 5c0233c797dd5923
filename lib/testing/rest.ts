import type { Operation } from "@/lib/transport/operation";

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

export interface Asking {
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  text?: string;
  params?: Record<string, string>;
  query?: string;
}

/** The handlers of a route below app/api that are called with a request alone. */
export async function handlersAt(place: string): Promise<Record<string, (request: Request) => Promise<Response>>> {
  return (await import(/* @vite-ignore */ `../../app/api/${place}/route.ts`)) as never;
}

/** Calls a route's own handler, as Next would. Path parameters that are left out name nothing that exists. */
export async function call(operation: Pick<Operation, "method" | "path">, how: Asking = {}): Promise<Response> {
  const file = operation.path.replaceAll("{", "[").replaceAll("}", "]");
  const module = (await import(/* @vite-ignore */ `../../app/api/v1${file}/route.ts`)) as Record<string, Handler>;
  const handler = module[operation.method] as Handler;
  const body = how.text ?? (how.body === undefined ? undefined : JSON.stringify(how.body));
  const request = new Request(`http://127.0.0.1:3000/api/v1${operation.path}${how.query ?? ""}`, {
    method: operation.method,
    headers: { ...(body ? { "content-type": "application/json" } : {}), ...how.headers },
    body,
  });
  const named = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => [match[1] ?? "", "none"]);
  return handler(request, { params: Promise.resolve(how.params ?? Object.fromEntries(named)) });
}

export const bearer = (token: { value: string }) => ({ authorization: `Bearer ${token.value}` });

/** Sends JSON under an Idempotency-Key. `said` is the answer's body. */
export async function postUnder(
  headers: Record<string, string>,
  path: string,
  key: string,
  body: object,
  params?: Record<string, string>,
): Promise<{ status: number; said: Record<string, unknown> }> {
  const how = { headers: { ...headers, "idempotency-key": key }, body, ...(params ? { params } : {}) };
  const answer = await call({ method: "POST", path }, how);
  return { status: answer.status, said: (await answer.json()) as Record<string, unknown> };
}
