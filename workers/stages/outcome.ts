import type { StageResult } from "@/lib/runs/context";
import type { StageError } from "@/lib/runs/schema";
import type { Exit } from "@/lib/runtimes/runtime";

const sizes = ["B", "KiB", "MiB", "GiB", "TiB"];

/** `512 MiB`: as people write limits. */
export function bytesWords(bytes: number): string {
  let [rest, n] = [bytes, 0];
  while (rest >= 1_024 && n < sizes.length - 1) [rest, n] = [rest / 1_024, n + 1];
  return `${Number(rest.toFixed(rest < 10 ? 1 : 0))} ${sizes[n]}`;
}

export function durationWords(seconds: number): string {
  if (seconds % 3_600 === 0) return seconds === 3_600 ? "1 hour" : `${seconds / 3_600} hours`;
  if (seconds % 60 === 0) return seconds === 60 ? "1 minute" : `${seconds / 60} minutes`;
  return `${seconds} seconds`;
}

export const lateWords = (seconds: number): string => `It took longer than ${durationWords(seconds)}, and was ended.`;

/** Why a program that has ended by itself or at a limit has failed, in one sentence and what to do; null: it has not. */
export function failureOf(
  exit: Exit,
  limits: { memoryBytes: number; seconds: number },
  result: StageResult,
  lastLine: string | null,
): StageError | null {
  if (exit.timedOut)
    return {
      cause: "timeout",
      message: lateWords(limits.seconds),
      hint: "Give it more time (resources.timeout), or less to do.",
    };
  if (exit.outOfMemory) {
    const peak = exit.peakMemoryBytes ? ` (its peak was ${bytesWords(exit.peakMemoryBytes)})` : "";
    return {
      cause: "out_of_memory",
      message: `It ran out of memory at ${bytesWords(limits.memoryBytes)}${peak}.`,
      hint: `Retry with ${bytesWords(limits.memoryBytes * 2)} (resources.memory).`,
    };
  }
  const code = exit.code === null ? {} : { exitCode: exit.code };
  if (result.error) return { cause: "program", ...result.error, ...code };
  if (exit.code === 0) return null;
  const how = exit.signal ? `It was ended by ${exit.signal}` : `It ended with exit code ${exit.code}`;
  return { cause: "program", message: lastLine ? `${how}: ${lastLine}` : `${how}.`, ...code };
}
