import { type DestinationStream, pino } from "pino";
import { subjectNow } from "./subject";
import { tracing } from "./tracing";

/** A log of JSON lines. Each carries the ids of what it is about: request, execution, statement, work. */
export function logTo(destination?: DestinationStream, level = process.env.LOG_LEVEL ?? "info") {
  return pino(
    {
      level,
      base: undefined,
      // A copy: pino writes the line's own fields into what it is given.
      mixin: () => ({ ...subjectNow(), trace: tracing()?.traceId() }),
      redact: ["password", "*.password", "secret", "*.secret", "token", "*.token", "authorization", "*.authorization"],
    },
    destination ?? pino.destination(1),
  );
}

/** Structured log on stdout. Secrets never belong in a log; `redact` strikes them out in case one slips in. */
export const logger = logTo();
