import { Agent, request } from "node:http";

/** What came back, and when its first byte did (milliseconds after the call). */
export interface Answer<T> {
  status: number;
  body: T;
  bytes: number;
  firstByteMs: number;
}

export interface Api {
  url: string;
  json<T>(method: string, path: string, body?: unknown): Promise<Answer<T>>;
  bytes(path: string): Promise<Answer<Buffer>>;
  /** Reads a body to its end and throws it away. */
  drain(path: string): Promise<Answer<null>>;
  close(): void;
}

/**
 * A kept-alive client over node's own http, the same for Sluice and the floor, so that the client's cost is
 * the same on both sides of every ratio. @throws Error on any status outside 2xx, with the body's text.
 */
export function openApi(url: string, token?: string): Api {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  function call(method: string, path: string, body: unknown, keep: boolean): Promise<Answer<Buffer>> {
    return new Promise((resolve, reject) => {
      const from = performance.now();
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const headers = {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(payload ? { "content-type": "application/json", "content-length": payload.length } : {}),
      };
      const sent = request(new URL(path, url), { method, agent, headers }, (response) => {
        let firstByteMs = performance.now() - from;
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          if (bytes === 0) firstByteMs = performance.now() - from;
          bytes += chunk.length;
          if (keep || (response.statusCode ?? 0) >= 300) chunks.push(chunk);
        });
        response.on("end", () => {
          const status = response.statusCode ?? 0;
          const text = Buffer.concat(chunks);
          if (status < 200 || status >= 300) {
            reject(new Error(`${method} ${path} answered ${status}: ${text.toString().slice(0, 400)}`));
          } else resolve({ status, body: text, bytes, firstByteMs });
        });
        response.on("error", reject);
      });
      sent.on("error", reject);
      sent.end(payload);
    });
  }

  return {
    url,
    async json<T>(method: string, path: string, body?: unknown) {
      const answer = await call(method, path, body, true);
      return { ...answer, body: (answer.body.length ? JSON.parse(answer.body.toString()) : null) as T };
    },
    bytes: (path) => call("GET", path, undefined, true),
    async drain(path) {
      return { ...(await call("GET", path, undefined, false)), body: null };
    },
    close: () => agent.destroy(),
  };
}
