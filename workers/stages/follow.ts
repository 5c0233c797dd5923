import { statfs } from "node:fs/promises";
import { logger } from "@/lib/platform/logger";
import type { StageResult } from "@/lib/runs/context";
import type { AttemptEnd, StartedAttempt } from "@/lib/runs/lease";
import type { StageError } from "@/lib/runs/schema";
import { type Exit, type Folders, type LogLine, type Runtime, stopGraceSeconds } from "@/lib/runtimes/runtime";
import { deliverFrom } from "./deliver";
import { hider, hideWithin } from "./hide";
import { LastWords } from "./last-words";
import { LogLost, logSink } from "./log";
import { LogEnd } from "./log-end";
import { failureOf } from "./outcome";
import { publishOutputs, readHanded, readResult } from "./outputs";
import type { OwnAttempt } from "./own-attempt";
import type { Plan } from "./plan";
import { failedBy, isFull, lostEnd, roomHint, stoppedEnd } from "./stage-failure";

export interface Followed {
  engine: Runtime;
  handle: string;
  limits: Plan["limits"];
  outputs: Plan["outputs"];
  /** What says whether and with which secrets it has things delivered. */
  of: Pick<Plan, "manifest" | "secrets">;
  folders: Folders;
  /** What nothing that it says may show. */
  hide: string[];
  /** What a warehouse did under it, in a sentence; without this it uses none. */
  wentAway?: () => string | null;
  /** Called when its time is over, while it is given time to end; perhaps again. */
  late?: () => void;
  /** Whether it may go on without this worker, for another to take up. */
  mayStay: boolean;
}

/**
 * From a started program to its attempt's end: keeps its log, waits, stops it when asked to, publishes what it wrote. Null
 * when the end is not ours to write.
 */
export async function follow(own: OwnAttempt, started: StartedAttempt, what: Followed): Promise<AttemptEnd | null> {
  const { engine, handle } = what;
  const leaving = new AbortController();
  const lastWords = new LastWords();
  const logEnd = new LogEnd();
  const hide = hider(what.hide);
  const keep = logSink(own.queued);
  const sink = async (printed: LogLine[], position: Parameters<typeof keep>[1]) => {
    const lines = printed.map((line) => ({ ...line, text: hide(line.text) }));
    await logEnd.during(keep(lines, position));
    for (const { stream, text } of lines) if (stream === "stderr") lastWords.add(text);
  };
  const log = engine.follow(handle, started.logPosition, sink, leaving.signal).catch((error: unknown) => {
    if (error instanceof LogLost) return own.lose();
    if (!leaving.signal.aborted) logger.error({ error: String(error) }, "log not followed to its end");
  });
  const stop = () => {
    if (own.cause === "taken" || (own.cause === "leaving" && what.mayStay)) leaving.abort(own.cause);
    else void engine.stop(handle, own.cause === "lost" ? 0 : stopGraceSeconds).catch(report);
  };
  own.stopped.addEventListener("abort", stop);
  if (own.stopped.aborted) stop();
  let exit: Exit;
  try {
    exit = await engine.wait(handle, leaving.signal, what.late);
  } catch (error) {
    if (leaving.signal.aborted) return null;
    throw error;
  } finally {
    own.stopped.removeEventListener("abort", stop);
  }
  own.exited();
  const exited = performance.now();
  if (!(await logEnd.reached(log))) logger.error("the rest of a log did not come; its end is missing");
  if (isElsewhere(own)) return null;
  const end = await outcome(own, started, what, exit, lastWords.line).catch((error: unknown) =>
    own.stopped.aborted ? stoppedEnd(own) : failedBy(error),
  );
  // It goes on to publish where it is taken up next.
  if (isElsewhere(own) || (own.cause === "leaving" && what.mayStay && end.state !== "succeeded")) return null;
  const { error, metrics, handed } = end;
  // What it says of itself too.
  return { ...end, ...hideWithin(hide, { error, metrics, handed }), ...measured(exit, exited) };
}

async function outcome(
  own: OwnAttempt,
  started: StartedAttempt,
  { folders, outputs, limits, of, wentAway, hide }: Followed,
  exit: Exit,
  lastLine: string | null,
): Promise<AttemptEnd> {
  if (own.cause) return stoppedEnd(own);
  const clean = exit.code === 0 && !exit.platform && !exit.timedOut && !exit.outOfMemory;
  const result = await readResult(folders.out).catch((error: unknown): StageResult => {
    if (clean) throw error;
    return {};
  });
  const error = exit.platform === null ? failureOf(exit, limits, result, lastLine) : null;
  const { rows = null, metrics = null, plan = null } = result;
  // A failure of its own would come again in the next try, where nothing went away.
  const from = exit.platform ?? (error?.cause === "program" ? wentAway?.() : null) ?? null;
  if (from !== null) return { ...lostEnd(from), rows, metrics };
  if (error) return { state: "failed", error: await withDisk(error, folders.out), rows, metrics };
  const handed = await readHanded(folders.out);
  const artifacts = await publishOutputs(own, outputs, folders.out, hide);
  const delivered = await deliverFrom(own, started, { ...of, hide }, folders.out);
  if (!delivered) return { state: "cancelled" };
  const counted = Object.keys(delivered).length > 0 ? { ...metrics, ...delivered } : metrics;
  return { state: "succeeded", artifacts, handed, rows, metrics: counted, plan: started.dry && plan };
}

const roomBytes = 1024 ** 2;

/** What fails where there is no room to write says so in many ways, or not at all. */
async function withDisk(error: StageError, folder: string): Promise<StageError> {
  if (error.cause !== "program") return error;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize > roomBytes && !isFull(error)) return error;
  const message = `There was no room left on the disk that it writes to. ${error.message}`;
  return { ...error, message, hint: roomHint };
}

const isElsewhere = ({ cause }: OwnAttempt) => cause === "lost" || cause === "taken";

const measured = (exit: Exit, exited: number) => ({
  ...{ exit, peakMemory: exit.peakMemoryBytes, cpuSeconds: exit.cpuSeconds },
  sinceExitMs: Math.round(performance.now() - exited),
});

const report = (error: Error) => logger.warn({ error: error.message }, "program not stopped yet");
