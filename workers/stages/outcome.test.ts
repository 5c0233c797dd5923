import { expect, test } from "vitest";
import type { StageResult } from "@/lib/runs/context";
import type { Exit } from "@/lib/runtimes/runtime";
import { bytesWords, failureOf } from "./outcome";

const limits = { memoryBytes: 512 * 2 ** 20, seconds: 90 };
const said = "ValueError: no such column";

/** Of a program that has ended like this, and as its last words said the line above. */
function failure(of: Partial<Exit>, result: StageResult = {}, lastLine: string | null = said) {
  const clean: Exit = {
    ...{ code: 0, signal: null, outOfMemory: false, timedOut: false },
    ...{ peakMemoryBytes: null, cpuSeconds: null, platform: null },
  };
  return failureOf({ ...clean, ...of }, limits, result, lastLine);
}
const killed = { code: null, signal: "SIGKILL" };

test("a program that ended with 0 has not failed, whatever it printed last", () => {
  expect(failure({})).toBeNull();
});

test("one that took too long is told its limit, also where it ended well after that or ran out of memory too", () => {
  const late = {
    cause: "timeout",
    message: "It took longer than 90 seconds, and was ended.",
    hint: "Give it more time (resources.timeout), or less to do.",
  };
  expect(failure({ ...killed, timedOut: true })).toEqual(late);
  expect(failure({ timedOut: true, outOfMemory: true }, { error: { message: "Interrupted." } })).toEqual(late);
});

test("one that ran out of memory is told what it had, what it took, and to take twice as much", () => {
  const hint = "Retry with 1 GiB (resources.memory).";
  expect(failure({ ...killed, outOfMemory: true, peakMemoryBytes: 530 * 2 ** 20 })).toEqual({
    ...{ cause: "out_of_memory", hint },
    message: "It ran out of memory at 512 MiB (its peak was 530 MiB).",
  });
  const unseen = { cause: "out_of_memory", message: "It ran out of memory at 512 MiB.", hint };
  expect(failure({ ...killed, outOfMemory: true })).toEqual(unseen);
  // Where a process of it was ended, and the program said something else of it or nothing.
  expect(failure({ code: 1, outOfMemory: true }, { error: { message: "A child died." } })).toEqual(unseen);
  expect(failure({ code: 0, outOfMemory: true })).toEqual(unseen);
});

test("one that said itself why is told in its own words, with the code that it ended with", () => {
  const error = { message: "There are no rows.", hint: "Look at the day before." };
  expect(failure({ code: 3 }, { error })).toEqual({ cause: "program", ...error, exitCode: 3 });
  expect(failure({ code: 0 }, { error })).toEqual({ cause: "program", ...error, exitCode: 0 });
  expect(failure(killed, { error })).toEqual({ cause: "program", ...error });
});

test("any other is told how it ended, and what it printed last", () => {
  expect(failure({ code: 2 })).toEqual({
    ...{ cause: "program", exitCode: 2 },
    message: `It ended with exit code 2: ${said}`,
  });
  expect(failure({ code: 2 }, {}, null)).toMatchObject({ message: "It ended with exit code 2." });
  expect(failure({ code: null, signal: "SIGSEGV" })).toEqual({
    ...{ cause: "program", message: `It was ended by SIGSEGV: ${said}` },
  });
  expect(failure({ code: null, signal: "SIGSEGV" }, {}, null)).toMatchObject({ message: "It was ended by SIGSEGV." });
});

test("amounts of memory are said as limits are written", () => {
  const words = [100, 1_536, 64 * 2 ** 20, 2.5 * 2 ** 30, 12.4 * 2 ** 30, 2 ** 50 * 3].map(bytesWords);
  expect(words).toEqual(["100 B", "1.5 KiB", "64 MiB", "2.5 GiB", "12 GiB", "3072 TiB"]);
});
