import type { Context } from "@/lib/access/context";
import { getExecution, statementOf } from "@/lib/executions/data";
import type { ExecutionView } from "@/lib/executions/schema";
import { isLeaving, waitForWake } from "@/lib/platform/wake";

const lookEveryMs = 1_000;
const quietMs = 15_000;
const finals = new Set<ExecutionView["state"]>(["succeeded", "failed", "cancelled"]);

/**
 * `state` events until the execution ends. At every look `whoNow` says anew who asks, and they are asked anew whether
 * they may: whoever was signed out or disabled meanwhile is told nothing more.
 */
export async function eventStream(
  ctx: Context,
  id: string,
  gone: AbortSignal,
  whoNow: () => Promise<Context>,
): Promise<Response> {
  const { statementId } = await statementOf(ctx, id);
  const encoder = new TextEncoder();
  const stop = new AbortController();
  const signal = AbortSignal.any([gone, stop.signal]);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      void follow(whoNow, id, statementId, send, signal)
        // The page then asks by plain requests, which tell it what is wrong.
        .catch(() => undefined)
        .finally(() => {
          if (!stop.signal.aborted) controller.close();
        });
    },
    cancel: () => stop.abort(),
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}

async function follow(
  whoNow: () => Promise<Context>,
  id: string,
  statementId: string,
  send: (text: string) => void,
  signal: AbortSignal,
) {
  let statement = statementId;
  let moved = false;
  let last = "";
  let sentAt = Date.now();
  while (!signal.aborted && !isLeaving()) {
    const turned = new AbortController();
    const heard = AbortSignal.any([signal, turned.signal]);
    const woken = waitForWake("statement", statement, lookEveryMs, heard, ({ detail }) => {
      moved ||= detail === "moved";
      return true;
    });
    const view = await whoNow()
      .then((ctx) => getExecution(ctx, id))
      .catch((error: unknown) => {
        turned.abort();
        throw error;
      });
    const text = JSON.stringify(view);
    if (signal.aborted) return;
    if (text !== last) send(`event: state\ndata: ${text}\n\n`);
    else if (Date.now() - sentAt > quietMs) send(": still here\n\n");
    if (text !== last || Date.now() - sentAt > quietMs) sentAt = Date.now();
    last = text;
    if (finals.has(view.state)) {
      turned.abort();
      return;
    }
    await woken;
    if (moved) statement = (await statementOf(await whoNow(), id)).statementId;
    moved = false;
  }
}
