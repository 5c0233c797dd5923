import fc from "fast-check";
import { expect, it } from "vitest";
import { lineDiff, pieces } from "./line-diff";

const short = (before: string, after: string) =>
  lineDiff(before, after).map(({ kind, text }) => ({ same: " ", added: "+", removed: "-" })[kind] + text);

it("keeps what is common and shows the rest", () => {
  expect(short("a\nb\nc", "a\nx\nc")).toEqual([" a", "-b", "+x", " c"]);
  expect(short("a\nb", "b\nc")).toEqual(["-a", " b", "+c"]);
  expect(short("", "a")).toEqual(["+a"]);
  expect(short("a", "a")).toEqual([" a"]);
  expect(short("a\r\nb", "a\nb")).toEqual([" a", " b"]);
});

it("gives back both texts, each line once and in order", () => {
  const text = fc
    .array(fc.constantFrom("a", "b", "c", ""), { minLength: 1, maxLength: 12 })
    .map((lines) => `${lines.join("\n")}.`);
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = lineDiff(before, after);
      expect(
        lines
          .filter(({ kind }) => kind !== "added")
          .map((line) => line.text)
          .join("\n"),
      ).toBe(before);
      expect(
        lines
          .filter(({ kind }) => kind !== "removed")
          .map((line) => line.text)
          .join("\n"),
      ).toBe(after);
    }),
  );
});

it("of two long texts with nothing in common still ends", () => {
  const long = (word: string) => Array.from({ length: 50_000 }, (_, at) => `${word}${at}`).join("\n");
  expect(lineDiff(long("a"), long("b"))).toHaveLength(100_000);
});

it("shows a few lines around what changed, and how many it left out", () => {
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`);
  const changed = lines.map((line, at) => (at === 10 || at === 25 ? `${line} new` : line));
  const found = pieces(lineDiff(lines.join("\n"), changed.join("\n")), 2);
  expect(found.map(({ lines: own, skipped }) => [own.length, skipped])).toEqual([
    [6, 8],
    [6, 10],
  ]);
  expect(pieces(lineDiff("a", "a"))).toEqual([]);
});
