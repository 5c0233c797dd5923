import { setTimeout as delay } from "node:timers/promises";
import { connectionFor } from "@/lib/connections/connection";
import {
  applicationName,
  beginStatement,
  endStatement,
  recordBackend,
  type Started,
  type StartedStatement,
  startWork,
} from "@/lib/gate/lease";
import type { QueuedWork } from "@/lib/jobs/job";
import { logger } from "@/lib/platform/logger";
import { addToSubject, withSubject } from "@/lib/platform/subject";
import { traced } from "@/lib/platform/tracing";
import type { Session, StatementError } from "@/lib/warehouses/adapter";
import { adapterFor } from "@/lib/warehouses/registry";
import { allowanceOf } from "../allowance";
import type { Running } from "../registry";
import { RunningWork } from "../running-work";
import { detailOf, endOf, runStatement } from "./run-statement";

/** Connecting may take longer; then the work is taken first, and the backend written once it is known. */
const patienceMs = 500;
const lockTimeoutMs = 30_000;

/**
 * Takes admitted work, runs its statements in one session, and ends each. A job whose lease holds no more does
 * nothing. Never throws: what goes wrong is the statement's end.
 */
export function runWork(work: QueuedWork, running: Running): Promise<void> {
  return withSubject({ work: work.id }, () => runNamed(work, running));
}

async function runNamed(work: QueuedWork, running: Running): Promise<void> {
  running.leases.add(work.lease);
  try {
    await take(work, running);
    logger.debug("work is over");
  } catch (error) {
    // Not ours yet, the reconciler offers it again; ours, it is found adrift at the next beat (lib/gate/liveness.ts).
    logger.error({ error: (error as Error).stack }, "work left off");
  } finally {
    running.leases.delete(work.lease);
  }
}

async function take(work: QueuedWork, running: Running): Promise<void> {
  let own: RunningWork;
  let acquiring: Promise<Session>;
  try {
    const connection = await connectionFor(work.reader);
    const adapter = await adapterFor(connection.engine);
    own = new RunningWork(work, adapter, connection);
    acquiring = adapter.acquire(connection);
  } catch (error) {
    const started = await startWork(work, running.workerId, null);
    if (started) await fail(work, started, detailOf(error));
    return;
  }
  const early = await Promise.race([acquiring.catch(() => null), delay(patienceMs, null, { ref: false })]);
  // Who shuts down takes no more; the reconciler offers it to another worker.
  if (running.ending) return leave(acquiring);
  let started: Started | null = null;
  try {
    started = await startWork(work, running.workerId, early?.backend ?? null);
  } finally {
    if (!started) acquiring.then((session) => session.release()).catch(() => undefined);
  }
  if (!started) return;
  if (started.request) addToSubject({ request: started.request });
  running.works.add(own);
  try {
    const about = { parent: started.trace, attributes: { work: work.id, warehouse: work.warehouse } };
    await traced("work", about, () => runAll(own, started, acquiring, early !== null));
  } finally {
    running.works.delete(own);
  }
}

async function runAll(own: RunningWork, started: Started, acquiring: Promise<Session>, known: boolean): Promise<void> {
  const first = started.statements.find((statement) => statement.state === "running");
  if (!first) return leave(acquiring);
  own.takeUp(first);
  let session: Session | null;
  try {
    session = await Promise.race([acquiring, own.stopped]);
    if (session && !known && !(await recordBackend(own.work, session.backend))) return leave(acquiring);
    if (session && !own.cause) await prepare(own, session, first, allowanceOf(started).seconds);
  } catch (error) {
    own.session?.destroy();
    const end = await endOf(own, error);
    if (end) await endStatement(own.work.lease, first.id, end, null);
    if (!own.session) leave(acquiring);
    return;
  }
  if (!session || own.cause) {
    leave(acquiring);
    own.session = null;
    const end = await endOf(own, null);
    if (end) await endStatement(own.work.lease, first.id, end, null);
    return;
  }
  await each(own, session, started);
}

/** One transaction for the whole of a batch, so that what SET changed reaches the next statement. */
async function prepare(own: RunningWork, session: Session, first: StartedStatement, timeout: number): Promise<void> {
  own.session = session;
  await session.begin({
    applicationName: applicationName(own.work.id),
    timeZone: first.timeZone,
    statementTimeoutMs: timeout * 1_000,
    lockTimeoutMs,
  });
}

async function each(own: RunningWork, session: Session, started: Started): Promise<void> {
  let clean = false;
  const allowance = allowanceOf(started);
  try {
    for (const statement of started.statements) {
      if (statement.state === "cancelled") continue;
      own.takeUp(statement);
      if (statement.state === "queued" && !(await beginStatement(own.work.lease, statement.id))) break;
      const attributes = { statement: statement.id, execution: statement.executions?.join(" ") };
      const went = await traced("statement", { attributes }, () => runStatement(own, session, statement, allowance));
      if (went !== "on") break;
    }
    clean = own.cause === null;
  } finally {
    // A cancel on its way may still reach a stopped session: it serves nobody else.
    if (clean) await session.release();
    else session.destroy();
  }
}

/** Gives a session back that turned out not to be needed, whenever it comes. */
function leave(acquiring: Promise<Session>): void {
  acquiring.then((session) => session.release()).catch(() => undefined);
}

async function fail(work: QueuedWork, started: Started, error: StatementError): Promise<void> {
  const first = started.statements.find((statement) => statement.state === "running");
  if (first) await endStatement(work.lease, first.id, { state: "failed", error }, null);
}
