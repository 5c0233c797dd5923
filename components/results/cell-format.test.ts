import { describe, expect, it } from "vitest";
import { displayText, goesByText, kindOf, rawText, toTsv } from "@/components/results/cell-format";

describe("kindOf", () => {
  it.each([
    ["integer", "number"],
    ["bigint", "number"],
    ["numeric(12,2)", "number"],
    ["double precision", "number"],
    ["date", "date"],
    ["timestamp with time zone", "timestamp"],
    ["timestamp(3) without time zone", "timestamp"],
    ["integer[]", "text"],
    ["interval", "text"],
    ["daterange", "text"],
    ["text", "text"],
  ])("%s is shown as %s", (type, kind) => expect(kindOf(type)).toBe(kind));
});

describe("numbers", () => {
  it.each([
    ["1204331", "auto", "1,204,331"],
    ["-1234.50", "auto", "-1,234.50"],
    ["0.10", "auto", "0.10"],
    // 2^63 - 1 and a numeric of 38 digits are no doubles.
    ["9223372036854775807", "auto", "9,223,372,036,854,775,807"],
    ["12345678901234567890123456789012345678.01", "auto", "12,345,678,901,234,567,890,123,456,789,012,345,678.01"],
    ["1234.5", "plain", "1234.5"],
    ["1234.567", "decimals2", "1,234.57"],
    ["0.1234", "percent", "12.34%"],
    ["NaN", "auto", "NaN"],
    ["Infinity", "decimals2", "Infinity"],
    ["1e+300", "auto", "1e+300"],
  ] as const)("%s as %s is %s", (value, format, shown) =>
    expect(displayText(value, "number", format, "en-US")).toBe(shown),
  );
  it("follow the reader's locale", () => expect(displayText("1234.5", "number", "auto", "de-DE")).toBe("1.234,5"));
});

describe("times", () => {
  it.each([
    ["2026-11-21 16:04:05.123+00", "auto", "2026-11-21 16:04:05.123+00"],
    ["2026-11-21 16:04:05.123+00", "minute", "2026-11-21 16:04"],
    ["2026-11-21 16:04:05.123+00", "date", "2026-11-21"],
    ["2026-11-21 16:04:05.123+00", "month", "2026-11"],
    ["0044-03-15 BC", "month", "0044-03-15 BC"],
    ["294276-12-31 23:59:59", "date", "294276-12-31 23:59:59"],
    ["infinity", "date", "infinity"],
  ] as const)("%s as %s is %s", (value, format, shown) => expect(displayText(value, "timestamp", format)).toBe(shown));
});

describe("toTsv", () => {
  it("takes values as they are, never as shown", () =>
    expect(toTsv([[1204331, "1234567.50", "2026-11-21 16:04:05+00", true]])).toBe(
      "1204331\t1234567.50\t2026-11-21 16:04:05+00\ttrue",
    ));
  it("quotes what a spreadsheet would split", () =>
    expect(
      toTsv([
        ["a\tb", 'say "hi"', "two\nlines"],
        [null, "", "plain"],
      ]),
    ).toBe('"a\tb"\t"say ""hi"""\t"two\nlines"\n\t\tplain'));
});

it("a null has no text", () => expect(rawText(null)).toBe(""));

it.each([
  ["interval", false],
  ["interval[]", true],
  ["time with time zone", false],
  ["timetz[]", true],
  ["money", false],
  ["jsonb", true],
  ["integer[]", true],
  ["int4range", true],
  ["time without time zone", false],
  ["timestamp with time zone", false],
  ["numeric(12,2)", false],
  ["text", false],
])("says of %s whether it is sorted by its text", (type, by) => expect(goesByText(type)).toBe(by));
