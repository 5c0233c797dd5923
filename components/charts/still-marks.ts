import type { Frame, ValueAxis } from "@/components/charts/frame";

/** The drawing's own measure, whatever room it fills. */
export const whole = 1_000;
export const at = (fraction: number) => Math.round(fraction * whole * 10) / 10;

/** In the middle of a band each, or from edge to edge. */
export const placeOf = (n: number, of: number, band: boolean) => (band || of === 1 ? (n + 0.5) / of : n / (of - 1));

/** Where a value stands on its axis: 0 is its beginning, 1 its end. */
export function fractionOf({ ticks, log }: ValueAxis, value: number): number {
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const scaled = (n: number) => (log ? Math.log10(Math.max(n, Number.MIN_VALUE)) : n);
  const fraction = (scaled(value) - scaled(low)) / (scaled(high) - scaled(low));
  return Math.min(1, Math.max(0, fraction));
}

const gap = 4;
const widest = 80;

/**
 * Where in its place each bar stands, by series or stack, as shares of all places' room. Between places 15 % are left
 * at either side, between bars 4 pixels; of a histogram only a pixel.
 * @param room pixels
 */
export function bandsOf(
  { placed, rows }: Pick<Frame, "placed" | "rows">,
  hidden: ReadonlySet<number>,
  room: number,
  histogram: boolean,
): Map<string, { offset: number; width: number }> {
  const bars = [
    ...new Set(placed.flatMap(({ shape, stack }, s) => (shape === "bar" && !hidden.has(s) ? [stack ?? `s${s}`] : []))),
  ];
  const place = room / Math.max(1, rows.length);
  const edge = histogram ? 1 : place * 0.15;
  const fits = (place - 2 * edge - (bars.length - 1) * gap) / Math.max(1, bars.length);
  // Of many bars in little room no gap is left, as long as anything is.
  const between = fits > 0 ? gap : 0;
  const one = Math.max(0.5, fits > 0 ? fits : (place - 2 * edge) / Math.max(1, bars.length));
  const width = Math.min(widest, one);
  return new Map(
    bars.map((bar, n) => [
      bar,
      { offset: (edge + n * (one + between) + (one - width) / 2) / room, width: width / room },
    ]),
  );
}

type Span = { from: number; to: number } | null;

/** A line as SVG paths: through what is there, what lies under it, and points that stand alone. */
export function curveOf(
  places: number[],
  values: Span[],
  scaled: (value: number) => number,
  point: (place: number, value: number) => string,
  join: boolean,
): { line: string; under: string; alone: string } {
  const runs: number[][] = [[]];
  for (const [n, value] of values.entries()) {
    if (value) runs.at(-1)?.push(n);
    else if (!join) runs.push([]);
  }
  const top = (n: number) => point(places[n] ?? 0, scaled(values[n]?.to ?? 0));
  const base = (n: number) => point(places[n] ?? 0, scaled(values[n]?.from ?? 0));
  const several = runs.filter((run) => run.length > 1);
  return {
    line: several.map((run) => `M${run.map(top).join("L")}`).join(""),
    under: several.map((run) => `M${run.map(top).join("L")}L${[...run].reverse().map(base).join("L")}Z`).join(""),
    alone: runs.flatMap((run) => (run.length === 1 ? [`M${top(run[0] ?? 0)}h0`] : [])).join(""),
  };
}
