import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { LastWords } from "./last-words";

function lineOf(stderr: string): string | null {
  const words = new LastWords();
  for (const line of stderr.split("\n")) words.add(line);
  return words.line;
}

it.each([
  ["throw new Error('no such course')", "Error: no such course"],
  ["throw Object.assign(new TypeError('no\\n  such course'), { code: 'E', of: { a: [1], b: 2 } })", "TypeError: no"],
  ["Promise.reject(new RangeError('late', { cause: new Error('inner') }))", "RangeError: late"],
  ["require('node:fs').readFileSync('/nothing/here')", /^Error: ENOENT: no such file or directory/],
  ["require('nothing-of-that-name')", /^Error: Cannot find module 'nothing-of-that-name'/],
  ["let a b", /^SyntaxError: /],
  ["throw 'a text'", "a text"],
  ["Promise.reject('a text')", /^UnhandledPromiseRejection: .+"a text"/],
  ["console.error('Not today.'); process.exit(1)", "Not today."],
  ["console.error(new Error('shown')); process.exit(1)", "Error: shown"],
])("says why Node has ended: %s", (code, expected) => {
  const { stderr, status } = spawnSync(process.execPath, ["-e", code], { encoding: "utf8" });
  expect(status).not.toBe(0);
  expect(lineOf(stderr)).toEqual(typeof expected === "string" ? expected : expect.stringMatching(expected));
});

it.each([
  [
    "Python",
    'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n    f()\nValueError: no day\n\n',
    "ValueError: no day",
  ],
  ["R", "Error in f() : no day\nCalls: f -> g\nExecution halted\n", "Error in f() : no day"],
  [
    "R, of a long call",
    "Error in read.csv(file) : \n  cannot open the connection\nExecution halted\n",
    "cannot open the connection",
  ],
  [
    "Java",
    'Exception in thread "main" java.lang.Error: no day\n\tat Main.main(Main.java:3)\n',
    'Exception in thread "main" java.lang.Error: no day',
  ],
  ["nothing", "\n \n", null],
  ["noise alone", "Execution halted\n", "Execution halted"],
])("says why %s has ended", (_, stderr, expected) => {
  expect(lineOf(stderr)).toBe(expected);
});
