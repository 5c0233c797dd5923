import { pino } from "pino";

/** Structured log on stdout. Secrets never belong in a log; these paths are struck out in case one slips in. */
export const logger = pino({
  level: process.env.LOG_LEVEL ?? "info",
  base: undefined,
  redact: ["password", "*.password", "secret", "*.secret", "token", "*.token", "authorization", "*.authorization"],
});
