import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { Still } from "@/components/charts/still";
import { chartSpec, type SeriesData } from "@/lib/charts/schema";

const values = [
  [3, null, 5, -1],
  [0, 2, null, null],
];
const data: SeriesData = {
  kind: "series",
  x: { column: 0, name: "day", kind: "number", bucket: null, timeZone: null, width: null },
  split: null,
  keys: ["1", "2", "5", "9"].map((at) => ({ at })),
  series: values.map((own, measure) => ({
    ...{ measure, key: null, name: `series ${measure}`, values: own },
    rows: own.map(() => 1),
  })),
};
const html = (more: object, hidden: number[] = [], of = data) =>
  renderToStaticMarkup(
    <Still
      spec={chartSpec.parse({ x: "day", y: [{}, {}], ...more })}
      data={of}
      hidden={new Set(hidden)}
      size={{ width: 900, height: 400 }}
    />,
  );

it("is drawn without a browser, each series by its name, and nothing in it is no number", () => {
  for (const type of ["line", "area", "bar", "histogram"])
    for (const stack of ["none", "stacked", "percent"])
      for (const more of [{}, { horizontal: true }, { log: ["left"] }, { lines: [{ value: 4 }] }]) {
        const drawn = html({ type, stack, ...more });
        expect(drawn.match(/data-series="/g), type).toHaveLength(2);
        expect(drawn, JSON.stringify({ type, stack, more })).not.toMatch(/NaN|Infinity|undefined/);
      }
});

it("leaves out what the legend hides, and says the values of its lines", () => {
  expect(html({ type: "line" }, [0])).not.toContain("series 0");
  expect(html({ type: "line", lines: [{ value: 4, label: "goal" }] })).toContain("goal");
});

it("stands also where there is nothing, or one place", () => {
  const one = { ...data, keys: data.keys.slice(0, 1), series: data.series.map((s) => ({ ...s, values: [7] })) };
  const nothing = { ...data, keys: [], series: data.series.map((s) => ({ ...s, values: [] })) };
  for (const of of [one, nothing])
    for (const type of ["line", "bar"]) expect(html({ type }, [], of)).not.toMatch(/NaN|Infinity/);
});
