import type { AxisView, ChartData, ChartSpec, KeyView } from "@/lib/charts/schema";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 });
const full = new Intl.NumberFormat(undefined, { maximumFractionDigits: 6 });

/** "1.2M" on an axis; the same for everybody, since the server writes it before it knows who reads. */
export function shortNumber(n: number): string {
  if (n !== 0 && Math.abs(n) < 0.01) return n.toExponential(1);
  return Math.abs(n) < 10_000 ? plain.format(Number(n.toPrecision(6))) : compact.format(n);
}

export function fullNumber(n: number | null | undefined): string {
  return n === null || n === undefined ? "no value" : full.format(Number(n.toPrecision(15)));
}

/** A place on an axis as a person reads it: "Jan 5", "Q2 2026", "week of Jan 5", "10 to 20". */
export function keyText(axis: AxisView | null, key: KeyView, short = false): string {
  if (key.other) return "other";
  if (key.at === null) return "NULL";
  if (key.at === "") return "(empty)";
  if (axis?.kind === "time" && axis.bucket) return timeWords(key.at, axis.bucket, short);
  if (axis?.width && key.to !== undefined) {
    const [from, to] = [Number(key.at), Number(key.to)];
    return short ? shortNumber(from) : `${fullNumber(from)} to ${fullNumber(to)}`;
  }
  const text = key.cut ? `${key.at}…` : key.at;
  return short && text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

function timeWords(at: string, bucket: string, short: boolean): string {
  const parts = /^(\d{4,})-(\d\d)-(\d\d)(?: (\d\d:\d\d)(:\d\d)?)?/.exec(at);
  if (!parts) return at;
  const [, year = "", month = "", day = "", time = "", seconds = ""] = parts;
  const name = months[Number(month) - 1];
  if (bucket === "year") return year;
  if (bucket === "quarter") return `Q${Math.ceil(Number(month) / 3)} ${year}`;
  if (bucket === "month") return `${name} ${year}`;
  const date = short ? `${name} ${Number(day)}` : `${name} ${Number(day)}, ${year}`;
  if (bucket === "week") return short ? date : `week of ${date}`;
  if (bucket === "day") return date;
  return bucket === "second" ? `${date} ${time}${seconds}` : `${date} ${time}`;
}

/** "day", "day (times in UTC)", "sales in ranges of 10". */
export function axisTitle(axis: AxisView | null): string {
  if (!axis) return "";
  if (axis.kind === "time" && axis.bucket) {
    const zone = axis.timeZone ? `, ${axis.timeZone}` : "";
    return `${axis.name} (by ${axis.bucket}${zone})`;
  }
  return axis.name;
}

/** "Bars of sum of sales by day (by month), split by city". */
export function chartTitle(spec: ChartSpec, data: ChartData): string {
  const kinds = {
    line: "Lines",
    area: "Areas",
    bar: "Bars",
    scatter: "Points",
    pie: "Parts",
    number: "Number",
    pivot: "Pivot table",
    histogram: "Histogram",
    heatmap: "Heat map",
  };
  const what =
    data.kind === "points"
      ? data.y.name
      : data.split
        ? measureWords(spec, data)
        : data.series.map(({ name }) => name).join(" and ");
  const by = data.x ? ` by ${axisTitle(data.x)}` : "";
  const split = data.split ? `, split by ${data.split.name}` : "";
  return `${kinds[spec.type]} of ${what}${by}${split}`;
}

function measureWords(spec: ChartSpec, data: ChartData): string {
  const [first] = spec.y;
  if (data.kind === "points" || !first || first.column === undefined) return "rows";
  return `${first.aggregate} of ${String(first.column)}`;
}
