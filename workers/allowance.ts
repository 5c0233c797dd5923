import { type DayFound, type LimitFound, overBytesWords, scopeWords } from "@/lib/gate/hold";
import type { Caps, Started } from "@/lib/gate/lease";
import type { StatementError } from "@/lib/warehouses/adapter";

/** What one statement may take: the warehouse's own time, and what limits make narrower. */
export interface Allowance {
  seconds: number;
  /** The limit that is narrower than the warehouse's own time. */
  secondsBy: LimitFound | null;
  storedBytes: LimitFound | null;
  /** Rows of tables, as the engine's plan estimates them. */
  rowsRead: LimitFound | null;
  /** Bytes that an engine paid by them may read. */
  bytesPerQuery: LimitFound | null;
  /** Whether bytes are counted by days too: then they are to be reserved. */
  byDay: boolean;
}

export function allowanceOf({ timeout, caps }: Pick<Started, "timeout" | "caps">): Allowance {
  const { seconds, storedBytes, rowsRead, bytesPerQuery, bytesPerDay }: Caps = caps ?? {};
  const secondsBy = seconds && seconds.value < timeout ? seconds : null;
  return {
    seconds: secondsBy?.value ?? timeout,
    secondsBy,
    storedBytes: storedBytes ?? null,
    rowsRead: rowsRead ?? null,
    bytesPerQuery: bytesPerQuery ?? null,
    byDay: bytesPerDay !== undefined,
  };
}

export function tookTooLong({ seconds, secondsBy }: Allowance): StatementError {
  return secondsBy
    ? overLimit(
        secondsBy,
        `The statement took longer than the ${seconds} s that ${limitOf(secondsBy)} allows, and was stopped.`,
      )
    : {
        code: "timeout",
        message: `The statement took longer than the ${seconds} s that this warehouse allows, and was stopped.`,
      };
}

export function tooLarge(limit: LimitFound): StatementError {
  const bytes = limit.value.toLocaleString("en-US");
  return overLimit(
    limit,
    `The rows took more than the ${bytes} bytes that ${limitOf(limit)} allows, so the statement was stopped.`,
  );
}

/** The engine's own refusal, with the limit that it kept. */
export function readTooMuch(error: StatementError, limit: LimitFound): StatementError {
  return { ...error, ...overLimit(limit, overBytesWords(limit)) };
}

/** The same, of what is left of a day. */
export function readTooMuchToday(error: StatementError, day: DayFound): StatementError {
  return { ...error, ...overLimit(day, overBytesWords(day)) };
}

/** The engine's own estimate, with the limit that it is over. */
export function wouldReadTooMuch(error: StatementError, limit: LimitFound): StatementError {
  const message = `${error.message} That is more than the ${limit.value.toLocaleString("en-US")} rows that ${limitOf(limit)} allows, so it was not run.`;
  return { ...error, ...overLimit(limit, message) };
}

const limitOf = (limit: LimitFound) => `the limit ${limit.name} of ${scopeWords(limit)}`;

const overLimit = (limit: LimitFound, message: string): StatementError => ({
  code: limit.name === "seconds" ? "timeout" : "limit",
  message,
  hint: "An admin can raise the limit.",
});
