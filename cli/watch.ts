import { type ExecutionView, executionView } from "@/lib/executions/schema";
import type { Client } from "./client";
import { exits, Failure } from "./failure";
import { place } from "./place";

interface Watching {
  quiet: boolean;
  /** Whether Ctrl-C stops the execution; else it only ends the watching. */
  cancels: boolean;
  /** Prints the rows of one that succeeded. */
  show(view: ExecutionView): Promise<void>;
}

const over = (view: ExecutionView) => view.state !== "queued" && view.state !== "running";
const read = (client: Client, id: string, seconds: number, signal?: AbortSignal) =>
  client.ask(`${place("executions", id)}?wait=${seconds}`, executionView, signal ? { signal } : undefined);

/** Follows an execution to its end, prints its progress to stderr, and answers the exit code that says how it ended. */
export async function watch(client: Client, id: string, { quiet, cancels, show: print }: Watching): Promise<number> {
  const stopped = new AbortController();
  const interrupt = () => {
    if (stopped.signal.aborted) process.exit(exits.interrupted);
    stopped.abort();
  };
  process.on("SIGINT", interrupt);
  const show = progress(quiet);
  try {
    let view = await read(client, id, 0, stopped.signal);
    show.address(view.url);
    while (!over(view)) {
      show.at(view);
      view = await read(client, id, process.stderr.isTTY ? 1 : 20, stopped.signal);
    }
    show.end();
    if (view.state === "succeeded") await print(view);
    return ending(view);
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    show.end();
    if (cancels) await cancel(client, id);
    return exits.interrupted;
  } finally {
    process.off("SIGINT", interrupt);
  }
}

async function cancel(client: Client, id: string): Promise<void> {
  process.stderr.write("Stopping it in the warehouse…\n");
  await client.open(place("executions", id, "cancel"), { method: "POST", body: {} });
  const view = await read(client, id, 20);
  process.stderr.write(over(view) ? `It is ${view.state}.\n` : `It still runs; its page is ${view.url}.\n`);
}

/** @throws Failure for one that did not succeed, in the engine's words */
function ending(view: ExecutionView): number {
  if (view.state === "succeeded") return exits.done;
  if (view.state === "cancelled")
    throw new Failure(`It was cancelled${view.stopReason ? `: ${view.stopReason}` : "."}`, exits.cancelled);
  const { message, line, column, hint } = view.error ?? { message: "It failed." };
  const place = line === undefined ? "" : ` (line ${line}${column === undefined ? "" : `, column ${column}`})`;
  throw new Failure(`${message}${place}${hint ? `\n${hint}` : ""}`, exits.failed);
}

/** One line that changes on a terminal; elsewhere a line for each state. */
function progress(quiet: boolean) {
  const terminal = process.stderr.isTTY === true;
  const begun = Date.now();
  let last = "";
  const words = (view: ExecutionView) => {
    if (view.waiting) {
      const soon = view.waiting.estimateSeconds === null ? "" : `, about ${Math.ceil(view.waiting.estimateSeconds)} s`;
      return `waiting, position ${view.waiting.position}${soon}: ${view.waiting.reason}`;
    }
    return view.state === "running" && view.rowCount ? `running, ${view.rowCount} rows` : view.state;
  };
  return {
    address: (url: string) => void (quiet || process.stderr.write(`${url}\n`)),
    at(view: ExecutionView) {
      if (quiet) return;
      const text = words(view);
      if (terminal) process.stderr.write(`\r\x1b[K${text} (${((Date.now() - begun) / 1_000).toFixed(0)} s)`);
      else if (text !== last) process.stderr.write(`${text}\n`);
      last = text;
    },
    end: () => void (terminal && last && !quiet && process.stderr.write("\r\x1b[K")),
  };
}
