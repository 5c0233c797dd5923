/** An answer of the REST API that was not 2xx, or none at all (`offline`). */
export class RequestError extends Error {
  override readonly name = "RequestError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
  ) {
    super(message);
  }
  /** The session ended; whatever the person typed must stay where it is. */
  get signedOut() {
    return this.status === 401;
  }
  get offline() {
    return this.status === 0;
  }
}

interface Options {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
  /** Lets the call outlive the page, for the last draft on closing a tab. */
  keepalive?: boolean;
}

/** Calls our REST API with the session's cookie. @throws RequestError */
export async function request<T>(path: string, options: Options = {}): Promise<T> {
  const { method = "GET", body, signal, keepalive } = options;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      signal,
      keepalive,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        // A foreign page cannot send this header without a preflight, which we never grant.
        ...(method === "GET" ? {} : { "x-sluice": "1" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new RequestError(0, "offline", "Sluice cannot be reached. Check the network; nothing you typed is lost.");
  }
  const text = await response.text();
  const answer = parse(text);
  if (response.ok) return answer as T;
  const problem = (answer ?? {}) as { code?: string; detail?: string; title?: string; fields?: Record<string, string> };
  throw new RequestError(
    response.status,
    problem.code ?? "unknown",
    problem.detail ?? problem.title ?? `The server answered ${response.status}.`,
    problem.fields,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
