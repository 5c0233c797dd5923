import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { SluiceError } from "@/lib/platform/errors";
import { destinationOf } from "./destination";

const timeoutMs = 10_000;
const mostRedirects = 3;

export interface Posted {
  status: number;
}

/**
 * Posts JSON to where a webhook leads. The address is resolved once, checked and kept; a redirect that asks for the
 * same again (307, 308) is followed and checked alike, any other is no success. @throws Error in words
 */
export async function post(target: string, body: string, headers: Record<string, string>): Promise<Posted> {
  let url = new URL(target);
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const { status, location } = await postOnce(url, body, headers);
    if ((status !== 307 && status !== 308) || !location) return { status };
    const next = new URL(location, url);
    if (url.protocol === "https:" && next.protocol !== "https:")
      throw new SluiceError("invalid", `It was sent on from https to ${next.protocol}//, which anybody could read.`);
    url = next;
  }
  throw new SluiceError("invalid", `It was sent on more than ${mostRedirects} times.`);
}

async function postOnce(url: URL, body: string, headers: Record<string, string>) {
  const { address, family, port } = await destinationOf(url);
  return new Promise<{ status: number; location: string | undefined }>((resolve, reject) => {
    const ask = url.protocol === "https:" ? requestHttps : requestHttp;
    const request = ask({
      method: "POST",
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port,
      path: `${url.pathname}${url.search}`,
      // The name stays in Host and in the certificate's check.
      lookup: (_host, options, done) => (options.all ? done(null, [{ address, family }]) : done(null, address, family)),
      headers: {
        ...headers,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "user-agent": "Sluice",
      },
      // No connection of another webhook is taken over.
      agent: false,
    });
    const overdue = setTimeout(() => request.destroy(new Error(`No answer within ${timeoutMs / 1_000} s.`)), timeoutMs);
    request.on("close", () => clearTimeout(overdue));
    request.on("error", reject);
    request.on("response", (answer) => {
      resolve({ status: answer.statusCode ?? 0, location: answer.headers.location });
      // What it says is of no use, and may have no end.
      request.destroy();
    });
    request.end(body);
  });
}
