import { askOnce } from "@/lib/egress/ask";
import { EgressError } from "@/lib/egress/destination";
import { webhookHosts } from "./destination";

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
    const answer = await askOnce(url, {
      ...{ method: "POST", body, timeoutMs, allowed: webhookHosts() },
      headers: { ...headers, "content-type": "application/json" },
    });
    const { statusCode: status = 0, headers: told } = answer;
    // What it says is of no use, and may have no end.
    answer.destroy();
    if ((status !== 307 && status !== 308) || !told.location) return { status };
    const next = new URL(told.location, url);
    if (url.protocol === "https:" && next.protocol !== "https:")
      throw new EgressError("refused", `It was sent on from https to ${next.protocol}//, which anybody could read.`);
    url = next;
  }
  throw new EgressError("refused", `It was sent on more than ${mostRedirects} times.`);
}
