import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { Caps } from "@/lib/gate/lease";
import { type Admitted, isAttempt, type QueuedAttempt } from "@/lib/jobs/job";
import { offer } from "@/lib/jobs/queue";
import type { Manifest } from "@/lib/operators/schema";
import type { Door } from "@/lib/pipelines/doors";
import type { PipelineDocument } from "@/lib/pipelines/schema";
import { mayPass } from "@/lib/platform/db/away";
import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import type { Exit, LogPosition } from "@/lib/runtimes/runtime";
import type { Backend } from "@/lib/warehouses/adapter";
import type { WritePlan } from "./context";
import type { StageError } from "./schema";

/** What a worker may do with an attempt that is its own. Each call carries the lease; without it nothing happens. */

export interface UpstreamArtifact {
  stage: string;
  attempt: string;
  output: string;
  format: "parquet" | "csv" | "ndjson";
  files: { name: string; bytes: number; sha256: string }[];
  bytes: number;
  rows: number | null;
  columns: { name: string; type: string }[] | null;
}

/** An operator as it was when the version was published. */
export interface Pin {
  manifest: Manifest;
  /** Its image as `registry/repository@sha256:…`; null where there is none, or it was not known. */
  digest: string | null;
  /** Where its stages name their images: by that name what it meant when this was published. */
  images?: Record<string, string>;
}

/** As sluice_attempt has it. */
export interface StartedAttempt {
  id: string;
  stage: string;
  number: number;
  fencingToken: number;
  state: "running" | "cancelling";
  /** Since its start, by the database's clock. */
  ranMs: number;
  /** By the id of each warehouse where it holds a slot: what limits allow it there; null where there are none. */
  caps: Record<string, Caps> | null;
  handle: string | null;
  logPosition: LogPosition;
  logBytes: number;
  run: {
    id: string;
    version: number;
    trigger: string;
    from: string;
    to: string;
    timeZone: string;
    params: Record<string, string | number | boolean | string[] | null>;
    userId: string;
  };
  pipeline: { id: string; name: string; ownerId: string; teamId: string | null };
  document: PipelineDocument;
  /** By the reference in the document. */
  pins: Record<string, Pin>;
  byAdmin: boolean;
  /** Of a try: nothing outside is written, and who reads takes at most so many rows (null: all). */
  dry: { rows: number | null } | null;
  operator: string;
  /** Of this run alone; null: as the document says. */
  memory: string | null;
  needs: string[];
  doors: Door[];
  /** By stage: the attempt that succeeded, and what it handed on. */
  upstream: Record<string, { attempt: string; handed: Record<string, unknown> | null }>;
  artifacts: UpstreamArtifact[];
}

/** Null when the lease is not, or no longer, that attempt's. */
export async function startAttempt(
  { attempt, lease }: QueuedAttempt,
  workerId: string,
  place: string,
): Promise<StartedAttempt | null> {
  const [row] = await sql<{ answer: StartedAttempt | null }>(
    "start_attempt",
    "select sluice_start_attempt($1, $2, $3, $4) as answer",
    [attempt, lease, workerId, place],
  );
  return row?.answer ?? null;
}

/** The same of one that was taken over. */
export async function readAttempt(attempt: string): Promise<StartedAttempt | null> {
  const [row] = await sql<{ answer: StartedAttempt | null }>("attempt", "select sluice_attempt($1) as answer", [
    attempt,
  ]);
  return row?.answer ?? null;
}

/** On disk when this returns true, so that no program runs of which nobody knows. */
export async function recordHandle(own: QueuedAttempt, runtime: string, handle: string): Promise<boolean> {
  const [row] = await sql<{ held: boolean }>("handle", "select sluice_handle($1, $2, $3, $4) as held", [
    own.attempt,
    own.lease,
    runtime,
    handle,
  ]);
  return row?.held ?? false;
}

/** A backend that works in a warehouse for the attempt from here on. False: the lease is lost. */
export async function recordRelayed(own: QueuedAttempt, role: string, backend: Backend): Promise<boolean> {
  const rows = await sql(
    "relayed",
    `update attempts set backends = backends || jsonb_build_object('role', $3::text, 'pid', $4::int, 'start', $5::text)
     where id = $1 and lease_token = $2 and state in ('running', 'cancelling') returning id`,
    [own.attempt, own.lease, role, backend.pid, backend.start],
  );
  return rows.length > 0;
}

/** Keeps lines (NDJSON) with the position behind the last. False: the lease is lost. */
export async function keepLog(
  own: QueuedAttempt,
  position: LogPosition,
  lines: number,
  text: string,
): Promise<boolean> {
  const [row] = await sql<{ kept: boolean | null }>("keep_log", "select sluice_log($1, $2, $3, $4, $5) as kept", [
    own.attempt,
    own.lease,
    position === null ? null : JSON.stringify(position),
    lines,
    text,
  ]);
  return row?.kept === true;
}

/** The attempt's state; null when the lease is lost. */
export async function lookAtAttempt(own: QueuedAttempt): Promise<"running" | "cancelling" | null> {
  const [row] = await sql<{ state: "running" | "cancelling" }>(
    "look_attempt",
    "select state::text from attempts where id = $1 and lease_token = $2 and state in ('running', 'cancelling')",
    [own.attempt, own.lease],
  );
  return row?.state ?? null;
}

/** Where the worker is that has an attempt under way now; null: nobody has. */
export async function holderOf(attempt: string): Promise<{ place: string } | null> {
  const [row] = await sql<{ place: string }>(
    "attempt_holder",
    `select k.place from attempts a join workers k on k.id = a.worker_id
     where a.id = $1 and a.state in ('running', 'cancelling')`,
    [attempt],
  );
  return row ?? null;
}

/** Says, or no longer (null), what a running attempt waits for. Without the lease nothing happens. */
export async function sayWaiting(own: QueuedAttempt, words: string | null): Promise<void> {
  await sql(
    "say_waiting",
    `with said as (update attempts set waits_for = $3 where id = $1 and lease_token = $2
       and state in ('running', 'cancelling') returning run_id)
     select pg_notify('sluice_run', run_id || ' moved') from said`,
    [own.attempt, own.lease, words],
  );
}

export interface PublishedArtifact extends Omit<UpstreamArtifact, "stage" | "attempt"> {}

export interface AttemptEnd {
  state: "succeeded" | "failed" | "cancelled" | "lost";
  error?: StageError | null;
  exit?: Exit | null;
  peakMemory?: number | null;
  cpuSeconds?: number | null;
  rows?: number | null;
  metrics?: Record<string, unknown> | null;
  plan?: WritePlan | null;
  handed?: Record<string, unknown> | null;
  artifacts?: PublishedArtifact[];
  /** For how long the program has been over: times are the database's, so what took time on a worker is told as such. */
  sinceExitMs?: number;
  /** No fault of the program's: another try spends none of the stage's retries. */
  free?: boolean;
  /** Another try would come to the same end. */
  final?: boolean;
}

interface Finished extends pg.QueryResultRow {
  admitted: Admitted[] | null;
}

/** JSON that jsonb takes whatever a program's message holds. */
const storable = (end: AttemptEnd) =>
  JSON.stringify(end, (_key, value) =>
    typeof value === "string" ? value.replaceAll("\u0000", "").toWellFormed() : value,
  );

/**
 * Ends an attempt, and asks until the database answers: false means that somebody else holds the lease now. What follows
 * in its run goes to the gate, and what the gate admits on the queue.
 */
export async function endAttempt(own: QueuedAttempt, end: AttemptEnd): Promise<boolean> {
  const admitted = await finish(own, end);
  offer(admitted ?? []);
  return admitted !== null;
}

/**
 * The same, but the first attempt that the gate then admits is its caller's to run, whose hands are free now: there is no
 * way over the queue between one stage and the next (decision 0077). A caller that dies with it is no loss; the queue gets
 * it from reconciling.
 */
export async function endAndGoOn(own: QueuedAttempt, end: AttemptEnd): Promise<QueuedAttempt | null> {
  const admitted = (await finish(own, end)) ?? [];
  const next = admitted.find(isAttempt) ?? null;
  offer(admitted.filter((one) => one !== next));
  return next;
}

async function finish(own: QueuedAttempt, end: AttemptEnd): Promise<Admitted[] | null> {
  for (let tries = 0; ; tries++) {
    try {
      const values = [own.attempt, own.lease, storable(end)];
      const [row] = await sql<Finished>("finish_attempt", "call sluice_finish_attempt($1, $2, $3, null)", values);
      return row?.admitted ?? null;
    } catch (error) {
      if (!mayPass(error)) throw error;
      logger.warn({ attempt: own.attempt, error: (error as Error).message }, "end not written yet; trying again");
      await delay(Math.min(2_000, 50 * 2 ** tries));
    }
  }
}
