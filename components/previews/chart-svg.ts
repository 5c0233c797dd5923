import type { ChartView, PointsData, SeriesData } from "@/lib/charts/schema";

/** A chart without axes, as the small picture under a pasted link: its shape, not its numbers. */

const width = 1080;
const height = 380;
const colours = [
  "#0b7086",
  "#e66100",
  "#332288",
  "#623907",
  "#8d24ba",
  "#882255",
  "#c51b7d",
  "#279c3b",
  "#a14400",
  "#785ef0",
];
const colourAt = (n: number) => colours[n % colours.length] ?? "#7d868f";
const at = (n: number) => n.toFixed(1);

type Scale = (value: number) => number;

function scale(values: number[], from: number, to: number, withZero: boolean): Scale {
  const low = Math.min(...values, ...(withZero ? [0] : []));
  const high = Math.max(...values, ...(withZero ? [0] : []));
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

function lines({ series, keys }: SeriesData, filled: boolean): string {
  const values = series.flatMap((one) => one.values.filter((value) => value !== null));
  const y = scale(values, height - 6, 6, true);
  const x = (n: number) => (keys.length < 2 ? width / 2 : (n / (keys.length - 1)) * width);
  return series
    .map((one, n) => {
      const points = one.values.flatMap((value, k) => (value === null ? [] : [`${at(x(k))},${at(y(value))}`]));
      const line = `<polyline points="${points.join(" ")}" fill="none" stroke="${colourAt(n)}" stroke-width="4"/>`;
      if (!filled || points.length === 0) return line;
      const [first = "", last = ""] = [points[0]?.split(",")[0], points.at(-1)?.split(",")[0]];
      const under = `${first},${at(y(0))} ${points.join(" ")} ${last},${at(y(0))}`;
      return `<polygon points="${under}" fill="${colourAt(n)}" fill-opacity="0.25"/>${line}`;
    })
    .join("");
}

function bars({ series, keys }: SeriesData, stacked: boolean): string {
  const sums = (sign: 1 | -1) =>
    keys.map((_, k) => series.reduce((sum, one) => sum + Math.max(0, sign * (one.values[k] ?? 0)), 0) * sign);
  const values = stacked ? [...sums(1), ...sums(-1)] : series.flatMap((one) => one.values.map((value) => value ?? 0));
  const y = scale(values, height, 0, true);
  const room = width / Math.max(1, keys.length);
  const wide = Math.max(1, (room * 0.8) / (stacked ? 1 : series.length));
  return keys
    .map((_, k) => {
      let [up, down] = [0, 0];
      return series
        .map((one, n) => {
          const value = one.values[k] ?? 0;
          const base = stacked ? (value < 0 ? down : up) : 0;
          if (value < 0) down += value;
          else up += value;
          const [top, bottom] = [y(Math.max(base, base + value)), y(Math.min(base, base + value))];
          const left = k * room + room * 0.1 + (stacked ? 0 : n * wide);
          return `<rect x="${at(left)}" y="${at(top)}" width="${at(wide)}" height="${at(Math.max(1, bottom - top))}" fill="${colourAt(n)}"/>`;
        })
        .join("");
    })
    .join("");
}

function pie({ series, keys }: SeriesData): string {
  const values = keys.map((_, k) => Math.max(0, series[0]?.values[k] ?? 0));
  const all = values.reduce((sum, value) => sum + value, 0);
  if (all <= 0) return "";
  const [middle, radius] = [height / 2, height / 2 - 4];
  let turned = 0;
  const point = (share: number) => {
    const angle = share * 2 * Math.PI - Math.PI / 2;
    return `${at(width / 2 + radius * Math.cos(angle))} ${at(middle + radius * Math.sin(angle))}`;
  };
  return values
    .map((value, n) => {
      const share = value / all;
      const from = turned;
      turned += share;
      if (share > 0.999) return `<circle cx="${width / 2}" cy="${middle}" r="${radius}" fill="${colourAt(n)}"/>`;
      return `<path d="M${width / 2} ${middle} L${point(from)} A${radius} ${radius} 0 ${share > 0.5 ? 1 : 0} 1 ${point(turned)} Z" fill="${colourAt(n)}"/>`;
    })
    .join("");
}

function points({ series }: PointsData): string {
  const all = series.flatMap((one) => one.points);
  const x = scale(
    all.map(([value]) => value),
    8,
    width - 8,
    false,
  );
  const y = scale(
    all.map(([, value]) => value),
    height - 8,
    8,
    false,
  );
  return series
    .flatMap((one, n) =>
      one.points
        .slice(0, 500)
        .map(
          ([px, py]) => `<circle cx="${at(x(px))}" cy="${at(y(py))}" r="5" fill="${colourAt(n)}" fill-opacity="0.7"/>`,
        ),
    )
    .join("");
}

/** As SVG; null for what has no shape without its words (a table of numbers). */
export function chartSvg({ spec, data }: ChartView): string | null {
  if (!spec || !data) return null;
  const shape =
    data.kind === "points"
      ? points(data)
      : data.keys.length === 0 || spec.type === "pivot" || spec.type === "heatmap"
        ? ""
        : spec.type === "pie"
          ? pie(data)
          : spec.type === "bar" || spec.type === "histogram"
            ? bars(data, spec.stack !== "none")
            : lines(data, spec.type === "area");
  if (!shape) return null;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${shape}</svg>`;
}
