import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { type Context, StageError } from "../sql/context";
import type { SignedIn } from "./sign-in";
import { follow } from "./web";

/** One page is held in memory. */
const mostBytes = 64 << 20;
const idleMs = 120_000;

export async function bodyOf(answer: IncomingMessage, field: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  answer.setTimeout(idleMs, () => answer.destroy(new Error(`Nothing came for ${idleMs / 1_000} s.`)));
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes)
      throw new StageError(`An answer has more than ${mostBytes >> 20} MB. Ask for smaller pages.`, { field });
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const mostTries = 6;
const longestWaitMs = 10 * 60_000;
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Milliseconds that it asks to be waited (RFC 9110, 10.2.3), or twice as long each time. */
export function waitOf(retryAfter: string | undefined, tries: number, now: number): number {
  const usual = 500 * 2 ** tries;
  const told = retryAfter?.trim() ?? "";
  const ms = /^\d+$/.test(told) ? Number(told) * 1_000 : told ? Date.parse(told) - now : Number.NaN;
  return Math.min(longestWaitMs, Number.isNaN(ms) ? usual : Math.max(0, ms));
}

export interface Page {
  url: URL;
  body: unknown;
  /** Where the header Link says that it goes on. */
  next: string | null;
}

/** One page: asked again where it says to wait, or that something is wrong with it just now. @throws StageError */
export async function askPage(context: Context, url: URL, signed: SignedIn): Promise<Page> {
  for (let tries = 0; ; tries++) {
    const headers = { accept: "application/json", ...signed.headers };
    const got = await follow(context, url, { headers }, "url").catch((error: unknown) => {
      // Refused by us, or not there: only the second may be other a moment later.
      if (tries + 1 >= mostTries || !(error instanceof StageError) || !/cannot be asked/.test(error.message))
        throw error;
      return null;
    });
    const status = got?.answer.statusCode ?? 0;
    if (got && status === 200) return pageOf(got.answer, got.url);
    const retryAfter = got?.answer.headers["retry-after"];
    got?.close();
    // A token that ran out under way is asked for anew, once.
    if (status === 401 && signed.renew && tries === 0) {
      signed.headers = await signed.renew();
      continue;
    }
    if (got && (!passing.has(status) || tries + 1 >= mostTries)) throw refused(url, status);
    const ms = waitOf(retryAfter, tries, Date.now());
    process.stdout.write(
      `${url.host} ${got ? `answered ${status}` : "could not be asked"}; asking again in ${Math.ceil(ms / 1_000)} s\n`,
    );
    await delay(ms);
  }
}

function refused(url: URL, status: number): StageError {
  const signs = status === 401 || status === 403;
  const hint = signs ? "Look at how one signs in, and at the secret." : undefined;
  return new StageError(`${url.host}${url.pathname} answered ${status}.`, {
    field: signs ? "auth" : "url",
    ...(hint ? { hint } : {}),
  });
}

async function pageOf(answer: IncomingMessage, url: URL): Promise<Page> {
  const text = await bodyOf(answer, "url");
  try {
    return { url, body: JSON.parse(text), next: linked(String(answer.headers.link ?? "")) };
  } catch {
    throw new StageError(`${url.host}${url.pathname} answered no JSON.`, {
      field: "url",
      hint: `It begins with: ${text.slice(0, 80)}`,
    });
  }
}

/** `<https://…>; rel="next"` (RFC 8288). */
export function linked(header: string): string | null {
  for (const [, target = "", parameters = ""] of header.matchAll(/<([^>]*)>([^<]*)/g))
    if (/;\s*rel\s*=\s*("(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/i.test(parameters)) return target;
  return null;
}
