import { AsyncLocalStorage } from "node:async_hooks";

/** What the process is busy with when it writes a log line. */
export interface Subject {
  /** The request that began it, as its answer's `x-request-id` says; in a worker the one that submitted the work. */
  request?: string | undefined;
  work?: string;
  statement?: string;
  /** One execution's id, or the ids of several that one statement answers. */
  execution?: string | string[];
  /** One try of a stage of a pipeline. */
  attempt?: string;
}

// Each of Next's routes is bundled with its own copy of this file: they share one store.
const holder = globalThis as typeof globalThis & { sluiceSubject?: AsyncLocalStorage<Subject> };
holder.sluiceSubject ??= new AsyncLocalStorage<Subject>();
const subjects = holder.sluiceSubject;

/** Everything that `run` does, and awaits, is about this. */
export function withSubject<T>(subject: Subject, run: () => T): T {
  return subjects.run(subject, run);
}

/** For what serves the whole process though one request happened to begin it: its lines are about no request. */
export function withoutSubject<T>(run: () => T): T {
  return subjects.exit(run);
}

/** Says more of what this is about, from here on. Outside of any subject it does nothing. */
export function addToSubject(more: Subject): void {
  const subject = subjects.getStore();
  if (subject) Object.assign(subject, more);
}

export function subjectNow(): Subject | undefined {
  return subjects.getStore();
}

export const oneOrAll = (ids: string[]): string | string[] => (ids.length === 1 ? (ids[0] as string) : ids);
