import { setTimeout as delay } from "node:timers/promises";
import { askOnce } from "@/lib/egress/ask";
import type { Allowed } from "@/lib/egress/destination";

/** Two ways to ask a registry: anywhere, of what an admin named, and where people may lead us. */

export interface Answer {
  status: number;
  /** How it wants to be signed in to: `www-authenticate`. */
  asks: string | null;
  body: Buffer;
}

/** @throws Error where nothing whole came within the time */
export type Get = (url: URL, headers: Record<string, string>) => Promise<Answer>;

const mostBytes = 4 * 1024 * 1024;

/** The time is that of all its questions together. */
export function anywhere(ms: number): Get {
  const signal = AbortSignal.timeout(ms);
  return async (url, headers) => {
    const answer = await fetch(url, { headers, signal });
    const body = await wholeOf(answer.body as unknown as AsyncIterable<Uint8Array> | null);
    return { status: answer.status, asks: answer.headers.get("www-authenticate"), body };
  };
}

/** Only addresses that may be asked, each looked at before anything is sent there; follows nowhere. */
export function guarded(ms: number, allowed: Allowed): Get {
  const until = Date.now() + ms;
  return async (url, headers) => {
    const timeoutMs = Math.max(1, until - Date.now());
    const asking = askOnce(url, { method: "GET", headers, timeoutMs, allowed });
    // A name server that does not answer is waited for longer by the machine.
    const answer = await Promise.race([asking, delay(timeoutMs, null, { ref: false })]);
    if (!answer) {
      asking.then((late) => late.destroy()).catch(() => undefined);
      throw new Error("no answer came in time");
    }
    const late = setTimeout(() => answer.destroy(new Error("no whole answer came in time")), timeoutMs);
    try {
      const asks = answer.headers["www-authenticate"] ?? null;
      return { status: answer.statusCode ?? 0, asks, body: await wholeOf(answer) };
    } finally {
      clearTimeout(late);
    }
  };
}

/** No further than what describes an image can be. */
async function wholeOf(body: AsyncIterable<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new Error("its answer is over 4 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
