import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ZodType, z } from "zod";
import type { Given } from "./command";
import { exits, Failure } from "./failure";
import { type Settings, settingsFor } from "./settings";

const tries = 6;
/** The longest that it waits before it asks again, whatever the server says. */
const mostSeconds = 30;

const exitOf = (status: number) => {
  if (status === 401 || status === 403) return exits.forbidden;
  if (status === 404 || status === 410) return exits.missing;
  return status === 429 || status >= 500 ? exits.away : exits.usage;
};

export interface Ask {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: object;
  /** A body that is sent as it is, in place of one in JSON. */
  text?: { text: string; type: string };
  signal?: AbortSignal;
}

/** Sluice's REST API, as its design says: what failed for the moment is asked again, also a POST, which has a key of its own. */
export class Client {
  constructor(private readonly settings: Settings) {}

  /** Below /api/v1. @throws Failure in the server's own words */
  async open(where: string, { method = "GET", body, text, signal }: Ask = {}): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.settings.token}` };
    if (body || text) headers["content-type"] = text?.type ?? "application/json";
    if (method === "POST") headers["idempotency-key"] = randomUUID();
    const sent = text?.text ?? (body && JSON.stringify(body));
    const init = { method, headers, ...(sent !== undefined && { body: sent }), ...(signal && { signal }) };
    for (let left = tries; ; left--) {
      const answer = await fetch(`${this.settings.url}/api/v1${where}`, init).catch((error: Error) => {
        if (signal?.aborted) throw error;
        const cause = error.cause instanceof Error ? error.cause.message : error.message;
        if (left === 1) throw new Failure(`Sluice cannot be reached at ${this.settings.url}: ${cause}`, exits.away);
        return null;
      });
      if (answer?.ok) return answer;
      // 409 with a Retry-After is the first try of the same request, which is still worked on.
      const later = answer === null || [429, 502, 503, 504].includes(answer.status) || saysWhen(answer, 409);
      if (!later || left === 1) throw await failureOf(answer as Response);
      await answer?.body?.cancel();
      const seconds = Number(answer?.headers.get("retry-after")) || 2 ** (tries - left) / 4;
      await sleep(Math.min(seconds, mostSeconds) * 1_000, undefined, signal && { signal });
    }
  }

  /** The answer, checked against what this program knows of it. */
  async ask<Schema extends ZodType>(where: string, schema: Schema, ask?: Ask): Promise<z.output<Schema>> {
    const said: unknown = await (await this.open(where, ask)).json();
    const parsed = schema.safeParse(said);
    if (parsed.success) return parsed.data;
    throw new Failure(
      `Sluice's answer to ${where} is not one that this program knows. Use the program of the same release.`,
      exits.away,
    );
  }
}

/** For the address and token that the command line, the environment or login gave. */
export const clientOf = (given: Given) => new Client(settingsFor(given.text("url")));

const saysWhen = (answer: Response, status: number) => answer.status === status && answer.headers.has("retry-after");

async function failureOf(answer: Response): Promise<Failure> {
  const text = await answer.text().catch(() => "");
  let detail = `Sluice answered ${answer.status}.`;
  try {
    const said = JSON.parse(text) as { detail?: unknown; fields?: { field: string; message: string }[] };
    if (typeof said.detail === "string") detail = said.detail;
    const more = (said.fields ?? []).slice(1).map(({ field, message }) => `\n  ${field}: ${message}`);
    detail += more.join("");
  } catch {
    // A proxy's own page says less than the number.
  }
  return new Failure(detail, exitOf(answer.status));
}
