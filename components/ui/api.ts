import type { FieldProblem } from "@/components/ui/problem";
import { Problem } from "@/components/ui/problem";

interface ProblemJson {
  title?: string;
  detail?: string;
  code?: string;
  fields?: FieldProblem[];
}

/**
 * Calls the REST API under /api/v1 with the browser's session. A refusal is thrown as a Problem whose message may
 * be shown as it is. `x-sluice` proves that the request was made by our own page: other sites cannot set it.
 */
export async function api<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  /**
   * `keepalive` lets the call outlive the page; a call given up by `signal` rejects with its AbortError. With `type` the
   * body is a text of that kind, sent as it is.
   */
  { signal, keepalive, type }: { signal?: AbortSignal; keepalive?: boolean; type?: "application/yaml" } = {},
): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      credentials: "same-origin",
      signal,
      keepalive,
      headers: { "x-sluice": "1", ...(body === undefined ? {} : { "content-type": type ?? "application/json" }) },
      body: body === undefined ? undefined : type ? String(body) : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "offline", "Sluice did not answer. Check your network, then try again.");
  }
  if (answer.status === 204) return undefined as T;
  const text = await answer.text();
  const json: unknown = text && answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : null;
  if (answer.ok) return json as T;
  const problem = (json ?? {}) as ProblemJson;
  if (answer.status === 401) {
    // The page's own notice says so too, with a way back in.
    if (method !== "GET" || path !== "/me") window.dispatchEvent(new Event("sluice:signed-out"));
    throw new Problem(
      401,
      "unauthenticated",
      "Your session has ended. Sign in again in another tab; what you typed stays here.",
    );
  }
  throw new Problem(
    answer.status,
    problem.code ?? "internal",
    problem.detail ?? problem.title ?? "Something went wrong. Try again; if it goes on, tell an admin.",
    problem.fields ?? [],
    problem as Record<string, unknown>,
  );
}
