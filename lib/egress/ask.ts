import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { type Allowed, destinationOf } from "./destination";

export interface Question {
  method: "GET" | "POST";
  headers: Record<string, string>;
  body?: string;
  /** Until the answer begins. */
  timeoutMs: number;
  allowed: Allowed;
}

/**
 * One request to the address that was checked, whatever a name server says a moment later. Follows nowhere; the answer's
 * body is the caller's to read or to destroy. @throws EgressError; Error of the network
 */
export async function askOnce(url: URL, question: Question): Promise<IncomingMessage> {
  const { method, headers, body, timeoutMs, allowed } = question;
  const { address, family, port } = await destinationOf(url, allowed);
  return new Promise((resolve, reject) => {
    const ask = url.protocol === "https:" ? requestHttps : requestHttp;
    const request = ask({
      method,
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port,
      path: `${url.pathname}${url.search}`,
      // The name stays in Host and in the certificate's check.
      lookup: (_host, options, done) => (options.all ? done(null, [{ address, family }]) : done(null, address, family)),
      headers: {
        ...headers,
        ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
        "user-agent": "Sluice",
      },
      // No connection of another is taken over.
      agent: false,
    });
    const overdue = setTimeout(() => request.destroy(new Error(`No answer within ${timeoutMs / 1_000} s.`)), timeoutMs);
    request.on("close", () => clearTimeout(overdue));
    request.on("error", reject);
    request.on("response", (answer) => {
      clearTimeout(overdue);
      resolve(answer);
    });
    request.end(body);
  });
}
