import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { logLine, type RunView, runView, type StageView } from "@/lib/runs/schema";
import type { Client } from "./client";
import type { Given } from "./command";
import { exits, Failure } from "./failure";
import { search } from "./from-flags";
import { place } from "./place";
import { plain } from "./table";

export const followFlags = {
  detach: { short: "d", help: "Print the run's id, and do not wait" },
  logs: { help: "Print what its stages print, as it comes" },
  quiet: { short: "q", help: "Nothing on stderr but what went wrong" },
};

export const runPlace = (id: string) => place("runs", id);

interface Run {
  id: string;
  url: string;
  /** Whether Ctrl-C cancels the run; else it only ends the watching. */
  cancels: boolean;
}

/** To the run's end, unless --detach; answers the exit code that says how it ended. */
export async function followRun(client: Client, given: Given, { id, url, cancels }: Run): Promise<number> {
  if (given.is("detach")) {
    process.stdout.write(`${id}\n`);
    if (!given.is("quiet")) process.stderr.write(`${url}\n`);
    return exits.done;
  }
  const stopped = new AbortController();
  const interrupt = () => {
    if (stopped.signal.aborted) process.exit(exits.interrupted);
    stopped.abort();
  };
  process.on("SIGINT", interrupt);
  try {
    if (!given.is("quiet")) process.stderr.write(`${url}\n`);
    const logs = given.is("logs") ? printLog(client, id, search({ follow: true }), stopped.signal) : null;
    // Nobody waits for it yet, and what went wrong with it is said below.
    logs?.catch(() => undefined);
    const view = await toTheEnd(client, id, given.is("quiet"), stopped.signal);
    await logs;
    return ending(view);
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    if (cancels) await cancel(client, id);
    return exits.interrupted;
  } finally {
    process.off("SIGINT", interrupt);
  }
}

const over = ({ state }: RunView) => state !== "queued" && state !== "running";

/** Says on stderr what each stage does when it changes. */
async function toTheEnd(client: Client, id: string, quiet: boolean, signal: AbortSignal): Promise<RunView> {
  const said = new Map<string, string>();
  for (let seconds = 0; ; seconds = 2) {
    const view = await client.ask(`${runPlace(id)}?wait=${seconds}`, runView, { signal });
    for (const stage of view.stages) {
      const words = wordsOf(stage);
      if (said.get(stage.id) === words) continue;
      said.set(stage.id, words);
      if (!quiet && stage.state !== "waiting") process.stderr.write(`${stage.id}: ${words}\n`);
    }
    if (over(view)) return view;
  }
}

function wordsOf({ state, attempts, error, retryAt, reused }: StageView): string {
  const last = attempts.at(-1);
  if (reused) return "succeeded before";
  if (retryAt) return `failed, and is tried again at ${retryAt}: ${plain(error?.message ?? "")}`;
  if (state === "queued" && last?.waitingFor) return `waits: ${plain(last.waitingFor)}`;
  const again = last && last.number > 1 ? ` (try ${last.number})` : "";
  if (state === "failed") return `failed${again}: ${plain(error?.message ?? "")}`;
  const rows = state === "succeeded" && last?.rows != null ? `, ${last.rows} rows` : "";
  return `${state}${again}${rows}`;
}

async function cancel(client: Client, id: string): Promise<void> {
  process.stderr.write("Cancelling the run…\n");
  await client.open(`${runPlace(id)}/cancel`, { method: "POST", body: { reason: "Ctrl-C" } });
  const view = await client.ask(`${runPlace(id)}?wait=40`, runView);
  process.stderr.write(over(view) ? `It is ${view.state}.\n` : `It still runs; its page is ${view.url}.\n`);
}

/** @throws Failure for a run that did not succeed */
function ending(view: RunView): number {
  if (view.state === "succeeded") return exits.done;
  const hints = view.stages.flatMap(({ state, error }) => (state === "failed" && error?.hint ? [error.hint] : []));
  const message = [view.error ?? `It is ${view.state}.`, ...hints.slice(0, 1)].map(plain).join("\n");
  throw new Failure(message, view.state === "cancelled" ? exits.cancelled : exits.failed);
}

/** A run's lines on stdout, each behind its time and stage; as the API's own JSON with `raw`. `asked` is a query string. */
export async function printLog(
  client: Client,
  id: string,
  asked: string,
  signal?: AbortSignal,
  raw = false,
): Promise<void> {
  const answer = await client.open(`${runPlace(id)}/logs${asked}`, signal ? { signal } : {});
  const input = Readable.fromWeb(answer.body as ReadableStream<Uint8Array>);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (!line) continue;
    if (raw) {
      process.stdout.write(`${line}\n`);
      continue;
    }
    const { at, stage, stream, text } = logLine.parse(JSON.parse(line));
    const kind = stream === "stdout" ? "" : ` ${stream}`;
    process.stdout.write(`${at} ${plain(stage)}${kind} | ${plain(text)}\n`);
  }
}
