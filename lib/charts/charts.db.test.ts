import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvRow } from "@/lib/results/formats";
import type { Cell } from "@/lib/results/head";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { rowsQuery } from "@/lib/results/schema";
import type { ResultStatement } from "@/lib/results/statement";
import { closeWriters } from "@/lib/results/writers";
import { testDatabase } from "@/lib/testing/database";
import { storeCsv } from "@/lib/testing/stored-rows";
import type { Column } from "@/lib/warehouses/adapter";
import { chartOf } from "./chart-data";
import { filtersOf, type MarkFilter } from "./marks";
import { type ChartSpecInput, type ChartView, chartSpec, type PointsData, type SeriesData } from "./schema";

beforeAll(() => testDatabase());
afterAll(async () => {
  closeReaders();
  await closeWriters();
});

const columns: Column[] = [
  { name: "day", type: "date" },
  { name: "city", type: "text" },
  { name: "sales", type: "numeric(10,2)" },
];

const result = (rows: Cell[][], its: Column[] = columns) =>
  storeCsv(its, [rows.map((row) => csvRow(row, its, false)).join("")], rows.length);

const ask = (statement: ResultStatement, spec: ChartSpecInput) => chartOf(statement, chartSpec.parse(spec));
const chart = async (rows: Cell[][], spec: ChartSpecInput, its?: Column[]) => ask(await result(rows, its), spec);
const seriesOf = (view: ChartView) => view.data as SeriesData;

/** What is drawn, as a table: a line a key, a column a series. */
function drawn(view: ChartView): [string | null, ...(number | null)[]][] {
  const data = seriesOf(view);
  return data.keys.map((key, i) => [
    key.other ? "other" : key.at,
    ...data.series.map(({ values }) => values[i] ?? null),
  ]);
}

/** Each mark's link leads to as many rows as the mark says that it is made of. */
async function expectRowsBehindMarks(statement: ResultStatement, view: ChartView): Promise<void> {
  const data = seriesOf(view);
  const split = data.series.flatMap(({ key }) => (key ? [key] : []));
  let marks = 0;
  for (const series of data.series.filter(({ measure }) => measure === 0)) {
    for (const [at, key] of data.keys.entries()) {
      const filter: MarkFilter[] = [
        ...filtersOf(data.x, key, data.keys, data.keys[at + 1]),
        ...filtersOf(data.split, series.key, split),
      ];
      const query = rowsQuery.parse({ limit: "0", filter: JSON.stringify(filter) });
      const { rowCount } = await readRows(statement, query);
      expect(rowCount, JSON.stringify(filter)).toBe(series.rows[at]);
      marks++;
    }
  }
  expect(marks).toBeGreaterThan(0);
}

const sales: Cell[][] = [
  ["2026-01-01", "lima", "1.50"],
  ["2026-01-01", "oslo", "2.00"],
  ["2026-01-03", "lima", "4.00"],
  ["2026-01-03", "lima", "0.25"],
  ["2026-01-04", null, null],
];

describe("a chart", () => {
  it("groups, splits and adds up all rows, and shows a day without rows as a gap", async () => {
    const statement = await result(sales);
    const view = await ask(statement, { type: "line", x: "day", y: [{ column: "sales" }], series: "city" });
    expect(view.notes).toEqual([]);
    expect(seriesOf(view).series.map(({ name }) => name)).toEqual(["lima", "oslo", "NULL"]);
    expect(drawn(view)).toEqual([
      ["2026-01-01", 1.5, 2, null],
      ["2026-01-02", null, null, null],
      ["2026-01-03", 4.25, null, null],
      ["2026-01-04", null, null, null],
    ]);
    await expectRowsBehindMarks(statement, view);
    const counted = await ask(statement, { type: "line", x: "day" });
    expect(drawn(counted).map(([, n]) => n)).toEqual([2, 0, 2, 1]);
  });

  it("knows each aggregate, exactly", async () => {
    const rows = ["1", "2", "4", "4", null].map((n): Cell[] => [n]);
    const aggregates = ["count", "sum", "avg", "min", "max", "median", "distinct"] as const;
    for (const type of ["integer", "numeric(10,2)", "numeric", "double precision", "text"]) {
      const y = aggregates.map((aggregate) => ({ column: "n", aggregate }));
      const view = await chart(rows, { type: "number", y: [...y, { aggregate: "count" }] }, [{ name: "n", type }]);
      expect(
        seriesOf(view).series.map(({ values }) => values[0]),
        type,
      ).toEqual([4, 11, 2.75, 1, 4, 3, 3, 5]);
    }
  });

  it("puts the smaller of too many categories together, exactly also for what cannot be added up, and says so", async () => {
    const rows = Array.from({ length: 50 }, (_, n) =>
      Array.from({ length: 50 - n }, (): Cell[] => ["2026-01-01", `c${String(n).padStart(2, "0")}`, String(n)]),
    ).flat();
    const statement = await result(rows);
    const y = (["count", "median", "distinct"] as const).map((aggregate) => ({ column: "sales", aggregate }));
    const view = await ask(statement, { type: "bar", x: "city", y, top: 3 });
    expect(view.notes).toEqual([
      'The 3 largest of 50 values of "city" are shown; the other 47 are put together as "other".',
    ]);
    const others = rows.slice(50 + 49 + 48);
    const sorted = others.map(([, , n]) => Number(n)).sort((a, b) => a - b);
    const median = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
    expect(drawn(view)).toEqual([
      ["c00", 50, 0, 1],
      ["c01", 49, 1, 1],
      ["c02", 48, 2, 1],
      ["other", others.length, median, 47],
    ]);
    await expectRowsBehindMarks(statement, view);
    const without = await ask(statement, { type: "bar", x: "city", top: 3, other: false });
    expect(drawn(without)).toHaveLength(3);
    expect(without.notes[0]).toMatch(/47 are left out/);
    const split = await ask(statement, { type: "bar", x: "day", series: "city", topSeries: 2 });
    expect(seriesOf(split).series.map(({ name, values }) => [name, values[0]])).toEqual([
      ["c00", 50],
      ["c01", 49],
      ["other", rows.length - 99],
    ]);
  });

  it("orders categories by size, by name, or as the rows came", async () => {
    const rows: Cell[][] = [
      ["2026-01-01", "b", "1"],
      ["2026-01-01", "c", "3"],
      ["2026-01-01", "a", "2"],
    ];
    const order = async (sort: "size" | "name" | "rows") =>
      drawn(await chart(rows, { type: "bar", x: "city", y: [{ column: "sales" }], sort })).map(([at]) => at);
    expect(await order("size")).toEqual(["c", "a", "b"]);
    expect(await order("name")).toEqual(["a", "b", "c"]);
    expect(await order("rows")).toEqual(["b", "c", "a"]);
  });

  it("puts numbers into equal ranges whose edges hold to the last digit", async () => {
    const rows = Array.from({ length: 101 }, (_, n): Cell[] => [(n / 100).toFixed(2)]);
    for (const type of ["numeric(10,2)", "double precision", "numeric"]) {
      const statement = await result([...rows, [null]], [{ name: "n", type }]);
      const view = await ask(statement, { type: "histogram", x: "n", bins: 10 });
      expect(
        seriesOf(view).keys.map(({ at }) => at),
        type,
      ).toEqual(["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1", null]);
      expect(drawn(view).map(([, n]) => n)).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 1, 1]);
      await expectRowsBehindMarks(statement, view);
    }
  });

  it("keeps 100,000 points of a scatter and 100,000 categories from a browser, and says so", async () => {
    const many = 100_000;
    function* chunks() {
      for (let n = 0; n < many; n += 1_000)
        yield Array.from({ length: 1_000 }, (_, i) => `2026-01-01,city ${n + i},${(n + i) % 97}\n`).join("");
    }
    const statement = await storeCsv(columns, chunks(), many);
    const bars = await ask(statement, { type: "bar", x: "city", y: [{ column: "sales" }] });
    expect(seriesOf(bars).keys).toHaveLength(31);
    expect(bars.notes[0]).toMatch(/30 largest of 100,000 values of "city".*other 99,970/);
    const lines = await ask(statement, { type: "line", x: "day", series: "city" });
    expect(seriesOf(lines).series).toHaveLength(11);
    const pairs = await ask(statement, { type: "heatmap", x: "city", series: "city" });
    expect(seriesOf(pairs).keys.length * seriesOf(pairs).series.length).toBeLessThanOrEqual(61 * 51);
    const points = await ask(statement, { type: "scatter", x: "sales", y: [{ column: "sales" }] });
    const data = points.data as PointsData;
    expect(data.of).toBe(many);
    expect(data.series[0]?.points.length).toBeLessThan(7_000);
    expect(points.notes[0]).toMatch(/of 100,000 points are drawn/);
  }, 60_000);

  it("says what cannot be drawn instead of drawing it wrong", async () => {
    const empty = await chart([], { type: "bar", x: "city" });
    expect(empty).toMatchObject({ data: null, notes: ["The result has no rows."] });
    const nulls = await chart(
      [
        [null, null, null],
        [null, null, null],
      ],
      { type: "line", x: "day", y: [{ column: "sales" }] },
    );
    expect(nulls).toMatchObject({ data: null, notes: ["Every value is NULL: there is nothing to draw."] });
    const mixed = await chart(
      [
        ["2026-01-01", "12", "1"],
        ["2026-01-01", "twelve", "1"],
        ["2026-01-01", "Infinity", "NaN"],
      ],
      { type: "number", y: [{ column: "city" }, { column: "sales" }] },
    );
    expect(seriesOf(mixed).series.map(({ values }) => values[0])).toEqual([12, 2]);
    expect(mixed.notes).toEqual([
      '2 values of "city" are no finite numbers and are left out.',
      'One value of "sales" is no finite number and is left out.',
    ]);
    const pie = await chart(
      [
        ["2026-01-01", "a", "-1"],
        ["2026-01-01", "b", "3"],
      ],
      { type: "pie", x: "city", y: [{ column: "sales" }] },
    );
    expect(pie.notes[0]).toMatch(/^One value is below zero/);
    const one = await chart([["2026-01-01", "a", "7"]], { type: "line", x: "day", y: [{ column: "sales" }] });
    expect(drawn(one)).toEqual([["2026-01-01", 7]]);
    const log = await chart(sales, { type: "bar", x: "city", log: ["left"] });
    expect(log.notes).toEqual([]);
  });

  it("refuses in words, at the field, what does not fit the result", async () => {
    const statement = await result(sales);
    const refusal = (spec: ChartSpecInput, of = statement) =>
      ask(of, spec).then(
        () => "answered",
        (error: { code: string; message: string; extra?: { fields?: { field: string }[] } }) =>
          `${error.code} at ${error.extra?.fields?.[0]?.field}: ${error.message}`,
      );
    expect(await refusal({ type: "bar", x: "town" })).toBe(
      'invalid at spec.x: This result has no column "town". It has: day, city, sales.',
    );
    expect(await refusal({ type: "bar" })).toMatch(/^invalid at spec.x: Choose/);
    expect(await refusal({ type: "bar", x: 3 })).toMatch(/^invalid at spec.x: This result has no column 3/);
    expect(await refusal({ type: "bar", x: "city", y: [{ column: "day" }] })).toMatch(
      /^invalid at spec.y.0.column: "day" is a time/,
    );
    expect(await refusal({ type: "bar", x: "city", y: [{ aggregate: "sum" }] })).toMatch(/^invalid at spec.y.0.column/);
    expect(await refusal({ type: "scatter", x: "sales" })).toMatch(/^invalid at spec.y.0.column/);
    expect(await refusal({ type: "heatmap", x: "city" })).toMatch(/^invalid at spec.series/);
    expect(await refusal({ type: "bar", x: "city" }, { ...statement, state: "running" })).toMatch(/^conflict/);
    expect(await refusal({ type: "bar", x: "city" }, { ...statement, expiredAt: new Date() })).toMatch(/^gone/);
  });

  it("finds columns whose names repeat or are empty by their place, and long texts whole", async () => {
    const its = ["", "n", "n"].map((name) => ({ name, type: name ? "integer" : "text" }));
    const long = "x".repeat(5_000);
    const statement = await result(
      [
        [`${long}a`, "1", "10"],
        [`${long}b`, "2", "20"],
      ],
      its,
    );
    const view = await ask(statement, { type: "bar", x: 0, y: [{ column: 2 }, { column: "n" }], sort: "rows" });
    expect(seriesOf(view).series.map(({ values }) => values)).toEqual([
      [10, 20],
      [1, 2],
    ]);
    expect(seriesOf(view).keys.map(({ at, cut }) => [at?.length, cut])).toEqual([
      [300, true],
      [300, true],
    ]);
  });
});

describe("a time axis", () => {
  const its: Column[] = [{ name: "at", type: "timestamp with time zone" }];
  const text = (ms: number) => `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}+00`;
  /** A row each `step` from one time to another. */
  const every = (minutes: number, from: string, to: string) => {
    const [start, end] = [Date.parse(from), Date.parse(to)];
    return Array.from({ length: (end - start) / (minutes * 60_000) }, (_, n) => text(start + n * minutes * 60_000));
  };
  const days = (view: ChartView) => Object.fromEntries(drawn(view).map(([at, n]) => [at, n]));

  it("begins days where the chosen zone does, also when clocks change, and its marks lead to those rows", async () => {
    const spring = every(30, "2026-03-07T05:00:00Z", "2026-03-10T04:00:00Z");
    const autumn = every(30, "2026-10-31T04:00:00Z", "2026-11-03T05:00:00Z");
    const statement = await result(
      [...spring, ...autumn].map((at) => [at]),
      its,
    );
    const ask2 = (bucket: "day" | "hour" | "month", timeZone: string) =>
      ask(statement, { type: "bar", x: "at", bucket, timeZone });
    const view = await ask2("day", "America/New_York");
    expect(days(view)).toMatchObject({
      "2026-03-07": 48,
      "2026-03-08": 46,
      "2026-03-09": 48,
      "2026-10-31": 48,
      "2026-11-01": 50,
      "2026-11-02": 48,
      "2026-06-01": 0,
    });
    expect(seriesOf(view).keys[1]).toEqual({ at: "2026-03-08", from: "2026-03-08 05:00:00+00" });
    await expectRowsBehindMarks(statement, view);
    await expectRowsBehindMarks(statement, await ask2("month", "America/New_York"));
    for (const timeZone of ["Asia/Kathmandu", "Australia/Lord_Howe"]) {
      await expectRowsBehindMarks(statement, await ask2("day", timeZone));
    }
  });

  it("begins hours where a zone's clocks show full ones, and keeps the hour that comes twice apart", async () => {
    const rows = every(15, "2026-11-01T04:00:00Z", "2026-11-01T08:00:00Z");
    const statement = await result(
      rows.map((at) => [at]),
      its,
    );
    const view = await ask(statement, { type: "bar", x: "at", bucket: "hour", timeZone: "America/New_York" });
    expect(drawn(view)).toEqual(["00", "01", "01", "02"].map((hour) => [`2026-11-01 ${hour}:00:00`, 4]));
    await expectRowsBehindMarks(statement, view);
    const nepal = await ask(statement, { type: "bar", x: "at", bucket: "hour", timeZone: "Asia/Kathmandu" });
    expect(seriesOf(nepal).keys[0]).toEqual({ at: "2026-11-01 09:00:00", from: "2026-11-01 03:15:00+00" });
    await expectRowsBehindMarks(statement, nepal);
  });

  it("is the same for rows in files, and takes a coarser bucket where there would be too many", async () => {
    const rows = every(1, "2026-08-01T00:00:00Z", "2026-11-01T00:00:00Z");
    function* chunks() {
      for (let n = 0; n < rows.length; n += 10_000) yield `${rows.slice(n, n + 10_000).join("\n")}\n`;
    }
    const statement = await storeCsv(its, chunks(), rows.length);
    expect(statement.resultKey).not.toBeNull();
    const view = await ask(statement, { type: "line", x: "at", bucket: "day", timeZone: "Australia/Lord_Howe" });
    // Clocks go forward by half an hour there.
    expect(days(view)).toMatchObject({ "2026-10-03": 1_440, "2026-10-04": 1_410, "2026-10-05": 1_440 });
    await expectRowsBehindMarks(statement, view);
    const fine = await ask(statement, { type: "line", x: "at", bucket: "minute" });
    expect(fine.notes).toEqual([
      `By day, because by minute there would be ${rows.length.toLocaleString("en-US")} points.`,
    ]);
    expect((await ask(statement, { type: "line", x: "at" })).data).toMatchObject({ x: { bucket: "day" } });
  }, 60_000);

  it("holds dates from long ago to far ahead, and says which it does not", async () => {
    const of = (rows: Cell[], type: string, spec: object = {}) =>
      result(
        rows.map((at) => [at]),
        [{ name: "at", type }],
      ).then(async (statement) => ({ statement, view: await ask(statement, { type: "bar", x: "at", ...spec }) }));
    const far = await of(
      ["0001-01-01", "2026-01-01", "9999-12-31", "infinity", "-infinity", "0044-03-15 BC", null],
      "date",
    );
    expect(drawn(far.view).map(([at]) => at)).toEqual(["0001-01-01", "2026-01-01", "9999-01-01", null]);
    expect(far.view.notes).toEqual([
      '3 of the values of "at" have no place on a time axis (infinity, BC, or beyond its end): they stand with NULL.',
    ]);
    const month = await of(["2026-01-01", "2026-02-01", "2026-04-01"], "date");
    expect(month.view.data).toMatchObject({ x: { bucket: "month" } });
    expect(drawn(month.view)).toEqual([
      ["2026-01-01", 1],
      ["2026-02-01", 1],
      ["2026-03-01", 0],
      ["2026-04-01", 1],
    ]);
    await expectRowsBehindMarks(month.statement, month.view);
    const plain = await of(["2026-01-01 10:00:00.5", "2026-01-01 11:59:59.999999"], "timestamp without time zone", {
      bucket: "hour",
      timeZone: "Asia/Kathmandu",
    });
    expect(drawn(plain.view)).toEqual([
      ["2026-01-01 10:00:00", 1],
      ["2026-01-01 11:00:00", 1],
    ]);
    await expectRowsBehindMarks(plain.statement, plain.view);
  });
});

it("answers a chart again from what it kept, also after the children are gone", async () => {
  const statement = await result(sales);
  const spec: ChartSpecInput = { type: "bar", x: "city", y: [{ column: "sales" }] };
  const first = await ask(statement, spec);
  expect(await ask({ ...statement, head: Buffer.from("not,to,be,read\n") }, spec)).toEqual(first);
});
