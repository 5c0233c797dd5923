import { describe, expect, it } from "vitest";
import type { Cell } from "@/lib/results/head";
import type { Column } from "@/lib/warehouses/adapter";
import { proposeChart } from "./propose";

const propose = (columns: [name: string, type: string][], rows: Cell[][], count = rows.length) =>
  proposeChart(
    columns.map(([name, type]): Column => ({ name, type })),
    rows,
    count,
  );

const days = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"];

describe("the first chart of a result", () => {
  it("is a line over a time, of its numbers and not of identifiers", () => {
    const rows = days.map((day, n) => [String(n + 1), day, String(n * 3), String(n * n)]);
    const of: [string, string][] = [
      ["id", "bigint"],
      ["day", "date"],
      ["sales", "numeric"],
      ["cost", "integer"],
    ];
    expect(propose(of, rows)).toMatchObject({ type: "line", x: "day", y: [{ column: "sales" }, { column: "cost" }] });
  });

  it("splits a time that repeats by few texts, and counts rows where there is no number", () => {
    const rows = days.flatMap((day) => [
      [day, "a"],
      [day, "b"],
    ]);
    const spec = propose(
      [
        ["day", "date"],
        ["kind", "text"],
      ],
      rows,
    );
    expect(spec).toMatchObject({ type: "line", x: "day", y: [{ aggregate: "count" }], series: "kind" });
    const unsplit = propose(
      [
        ["day", "date"],
        ["note", "text"],
      ],
      days.map((day, n) => [day, `n${n}`]),
    );
    expect(unsplit?.series).toBeUndefined();
  });

  it("is bars over texts, lying with the largest on top where there are many", () => {
    const few = propose(
      [
        ["city", "text"],
        ["n", "integer"],
      ],
      [
        ["a", "1"],
        ["b", "7"],
        ["c", "2"],
      ],
    );
    expect(few).toMatchObject({ type: "bar", x: "city", horizontal: false });
    const rows = Array.from({ length: 40 }, (_, n) => [`city ${n}`, String(n % 7)]);
    expect(
      propose(
        [
          ["city", "text"],
          ["sales", "integer"],
        ],
        rows,
      ),
    ).toMatchObject({ type: "bar", horizontal: true, top: 20 });
  });

  it("is one number, points, ranges, or counts, as the columns allow", () => {
    expect(propose([["total", "bigint"]], [["7"]])).toMatchObject({ type: "number", y: [{ column: "total" }] });
    const pairs = days.map((_, n) => [String((n * 7) % 5), String((n * 3) % 4)]);
    expect(
      propose(
        [
          ["width", "real"],
          ["height", "real"],
        ],
        pairs,
      ),
    ).toMatchObject({ type: "scatter", x: "width", y: [{ column: "height" }] });
    expect(propose([["score", "real"]], [["1"], ["5"], ["2"]])).toMatchObject({ type: "histogram", x: "score" });
    expect(propose([["name", "text"]], [["a"], ["a"], ["b"]])).toMatchObject({
      type: "bar",
      x: "name",
      y: [{ aggregate: "count" }],
    });
    expect(
      propose(
        [
          ["year", "integer"],
          ["sales", "integer"],
        ],
        [
          ["2024", "5"],
          ["2025", "3"],
          ["2026", "9"],
        ],
      ),
    ).toMatchObject({ type: "line", x: "year", y: [{ column: "sales" }] });
  });

  it("names columns by their place where names repeat or are empty", () => {
    expect(
      propose(
        [
          ["n", "text"],
          ["n", "integer"],
        ],
        [
          ["a", "1"],
          ["b", "5"],
          ["c", "3"],
        ],
      ),
    ).toMatchObject({ x: "n", y: [{ column: 1 }] });
  });

  it("is none of no rows, and of nothing but NULL", () => {
    expect(propose([["n", "integer"]], [])).toBeNull();
    expect(propose([], [[]], 1)).toBeNull();
    expect(
      propose(
        [
          ["n", "integer"],
          ["t", "text"],
        ],
        [
          [null, null],
          [null, null],
        ],
      ),
    ).toBeNull();
  });
});
