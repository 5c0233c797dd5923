import type { Frame, Size } from "@/components/charts/frame";
import { colourOf, dashOf } from "@/components/charts/palette";
import { at, bandsOf, curveOf, fractionOf, placeOf } from "@/components/charts/still-marks";
import type { ChartSpec, SeriesData } from "@/lib/charts/schema";

interface Props {
  spec: ChartSpec;
  data: SeriesData;
  hidden: ReadonlySet<number>;
  frame: Frame;
  size: Size;
}

/** Lines, areas and bars in a square of a thousand by a thousand, which is then stretched to its room. */
export function StillSeries({ spec, data, hidden, frame, size }: Props) {
  const { axes, across, placed, rows, scale, inset } = frame;
  const band = placed.some(({ shape }) => shape === "bar");
  const room = Math.max(1, across ? size.height - inset.top - inset.bottom : size.width - inset.left - inset.right);
  const bands = bandsOf(frame, hidden, room, spec.type === "histogram");
  const tops = new Map<string, number[]>();
  const point = (place: number, value: number) =>
    across ? `${at(value)} ${at(place)}` : `${at(place)} ${at(1 - value)}`;
  return placed.map(({ shape, side, stack }, s) => {
    const axis = axes.find((one) => one.side === side);
    const series = data.series[s];
    if (!axis || !series || hidden.has(s)) return null;
    const under = stack ? (tops.get(stack) ?? rows.map(() => 0)) : rows.map(() => 0);
    const values = rows.map((row, n) => {
      const value = row[`s${s}`] ?? null;
      return value === null ? null : { from: under[n] ?? 0, to: (under[n] ?? 0) + value };
    });
    if (stack)
      tops.set(
        stack,
        values.map((one, n) => one?.to ?? under[n] ?? 0),
      );
    const colour = colourOf(s, series.key);
    const key = `${series.measure} ${series.name} ${s}`;
    const common = { vectorEffect: "non-scaling-stroke" as const };
    if (shape === "bar") {
      const own = bands.get(stack ?? `s${s}`) ?? { offset: 0, width: 0 };
      const boxes = values.flatMap((one, n) => {
        if (!one) return [];
        const start = n / rows.length + own.offset;
        const [low, high] = [one.from, one.to].map((value) => fractionOf(axis, value));
        return [
          `M${point(start, low ?? 0)}L${point(start, high ?? 0)}L${point(start + own.width, high ?? 0)}L${point(start + own.width, low ?? 0)}Z`,
        ];
      });
      return <path {...common} key={key} d={boxes.join("")} fill={colour} data-series={series.name} />;
    }
    const places = rows.map(({ place }, n) =>
      scale ? ((place ?? 0) - scale.low) / (scale.high - scale.low) : placeOf(n, rows.length, band),
    );
    const drawn = curveOf(places, values, (value) => fractionOf(axis, value), point, spec.gaps === "join");
    return (
      <g key={key} data-series={series.name}>
        {shape === "area" ? <path d={drawn.under} fill={colour} fillOpacity={0.3} /> : null}
        <path {...common} d={drawn.line} fill="none" stroke={colour} strokeWidth={2} strokeDasharray={dashOf(s)} />
        {drawn.alone ? (
          <path {...common} d={drawn.alone} stroke={colour} strokeWidth={6} strokeLinecap="round" />
        ) : null}
      </g>
    );
  });
}
