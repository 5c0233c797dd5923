import type { IncomingMessage } from "node:http";
import { askOnce, type Question } from "@/lib/egress/ask";
import { type Allowed, EgressError } from "@/lib/egress/destination";
import { type Context, StageError } from "../sql/context";

const timeoutMs = 60_000;
const mostRedirects = 5;

/** Where stages may fetch from: the internet, and hosts that an admin named. */
export const stageHosts = (context: Context): Allowed => ({
  hosts: context.egress?.hosts ?? [],
  refusal: (host) =>
    `${host} lies in a private network. Stages fetch from the internet, and from hosts that an admin names in STAGE_PRIVATE_HOSTS.`,
});

export interface Fetched {
  answer: IncomingMessage;
  /** Where it came from in the end. */
  url: URL;
  close(): void;
}

/**
 * Follows to the answer, each step checked as the first; what signs us in goes to the first origin alone.
 * @throws StageError at `field`
 */
export async function follow(
  context: Context,
  address: URL,
  asked: Partial<Pick<Question, "method" | "headers" | "body">>,
  field: string,
): Promise<Fetched> {
  let url = address;
  let { method = "GET", headers = {}, body } = asked;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const question = {
      method,
      headers,
      timeoutMs,
      allowed: stageHosts(context),
      ...(body === undefined ? {} : { body }),
    };
    const answer = await askOnce(url, question).catch((error: unknown) => {
      if (error instanceof EgressError) throw new StageError(error.message, { field });
      throw new StageError(`${url.host} cannot be asked: ${(error as Error).message}`, { field });
    });
    const { statusCode: status = 0, headers: told } = answer;
    if (![301, 302, 303, 307, 308].includes(status) || !told.location)
      return { answer, url, close: () => answer.destroy() };
    answer.destroy();
    const next = new URL(told.location, url);
    if (url.protocol === "https:" && next.protocol !== "https:")
      throw new StageError(`${url.host} sends on from https to ${next.protocol}//, which anybody could read.`, {
        field,
      });
    if (next.origin !== address.origin) headers = { accept: headers.accept ?? "*/*" };
    // As browsers do: what was posted is not posted again elsewhere.
    if (status < 307 && method === "POST") [method, body] = ["GET", undefined];
    url = next;
  }
  throw new StageError(`${address.host} sends on more than ${mostRedirects} times.`, { field });
}

/** An answer that is one. @throws StageError at `field`, with its status */
export async function fetchFrom(
  context: Context,
  address: string,
  { headers, field }: { headers: Record<string, string>; field: string },
): Promise<Fetched> {
  const fetched = await follow(context, urlOf(address, field), { headers }, field);
  const { statusCode: status = 0 } = fetched.answer;
  if (status === 200) return fetched;
  fetched.close();
  const hint = { 401: "Name a secret to sign in with.", 403: "Name a secret to sign in with." }[status];
  throw new StageError(`${fetched.url.host} answered ${status}.`, { field, ...(hint ? { hint } : {}) });
}

export function urlOf(text: string, field: string): URL {
  if (!URL.canParse(text)) throw new StageError(`${text.slice(0, 200)} is no address.`, { field });
  const url = new URL(text);
  // They would stand in logs and in pages.
  if (url.username || url.password)
    throw new StageError("Leave name and password out of the address, and name a secret instead.", { field });
  return url;
}
