import classes from "@/components/charts/chart.module.css";
import { type Frame, frameOf, type Size, type ValueAxis } from "@/components/charts/frame";
import { at, fractionOf, placeOf, whole } from "@/components/charts/still-marks";
import { StillSeries } from "@/components/charts/still-series";
import { fullNumber, shortNumber } from "@/components/charts/words";
import type { ChartSpec, SeriesData } from "@/lib/charts/schema";

interface Props {
  spec: ChartSpec;
  data: SeriesData;
  hidden: ReadonlySet<number>;
  size: Size;
}

const share = (fraction: number) => `${Math.round(fraction * 10_000) / 100}%`;

/**
 * A chart with axes as it stands before anybody points at it: drawn by the server too, so that it is there with the
 * page, in whatever size; what answers the mouse takes its place when it is wanted, in the same frame.
 */
export function Still({ spec, data, hidden, size }: Props) {
  const frame = frameOf(spec, data, hidden, size);
  const { across, inset } = frame;
  return (
    <div className={classes.still} aria-hidden>
      <div className={classes.plot} style={inset}>
        <svg viewBox={`0 0 ${whole} ${whole}`} preserveAspectRatio="none" aria-hidden>
          <Grid frame={frame} />
          <StillSeries spec={spec} data={data} hidden={hidden} frame={frame} size={size} />
          <AcrossLines spec={spec} frame={frame} />
        </svg>
        {frame.axes.map((axis) => (
          <ValueTicks key={axis.side} axis={axis} frame={frame} />
        ))}
        {placeTicks(frame).map(({ fraction, text }) => (
          <span
            key={fraction}
            className={classes.stillTick}
            style={
              across
                ? { right: "100%", top: share(fraction), transform: "translate(-8px, -50%)" }
                : { top: "100%", left: share(fraction), transform: "translate(-50%, 5px)" }
            }
          >
            {text}
          </span>
        ))}
        {!across && frame.placeTitle ? (
          <span className={classes.stillTick} style={{ left: "50%", top: "100%", transform: "translate(-50%, 22px)" }}>
            {frame.placeTitle}
          </span>
        ) : null}
        {spec.lines.map(({ label, value, axis: side }) => {
          const axis = frame.axes.find((one) => one.side === side) ?? frame.axes[0];
          const fraction = axis ? fractionOf(axis, value) : 0;
          return (
            <span
              key={`${side} ${value}`}
              className={classes.stillLine}
              style={
                across
                  ? { left: share(fraction), top: 0 }
                  : { right: 4, bottom: share(fraction), transform: "translateY(100%)" }
              }
            >
              {label ?? fullNumber(value)}
            </span>
          );
        })}
      </div>
    </div>
  );
}

function placeTicks({ scale, named, rows, placed, placeText }: Frame): { fraction: number; text: string }[] {
  if (scale)
    return scale.ticks.map((tick) => ({
      fraction: (tick - scale.low) / (scale.high - scale.low),
      text: shortNumber(tick),
    }));
  const band = placed.some(({ shape }) => shape === "bar");
  return named.map((n) => ({ fraction: placeOf(n, rows.length, band), text: placeText(n, true) }));
}

function Grid({ frame: { axes, across } }: { frame: Frame }) {
  const [first] = axes;
  const lines = first ? first.ticks.map((tick) => at(fractionOf(first, tick))) : [];
  const line = (n: number) => (across ? `M${n} 0V${whole}` : `M0 ${whole - n}H${whole}`);
  return (
    <>
      <path d={lines.map(line).join("")} stroke="var(--sl-line)" vectorEffect="non-scaling-stroke" fill="none" />
      <path
        d={across ? `M0 0V${whole}` : `M0 ${whole}H${whole}`}
        stroke="var(--sl-line)"
        vectorEffect="non-scaling-stroke"
        fill="none"
      />
    </>
  );
}

function ValueTicks({ axis, frame }: { axis: ValueAxis; frame: Frame }) {
  const { across } = frame;
  const left = axis.side === "left";
  const place = (fraction: number) =>
    across
      ? { left: share(fraction), ...(left ? { top: "100%" } : { bottom: "100%" }), transform: "translate(-50%, 5px)" }
      : {
          bottom: share(fraction),
          ...(left ? { right: "100%" } : { left: "100%" }),
          transform: `translate(${left ? -8 : 8}px, 50%)`,
        };
  const turned = { top: "50%", ...(left ? { left: -axis.size } : { right: -axis.size }) };
  return (
    <>
      {axis.ticks.map((tick) => (
        <span key={tick} className={classes.stillTick} style={place(fractionOf(axis, tick))}>
          {frame.valueText(tick)}
        </span>
      ))}
      {axis.title ? (
        <span
          className={across ? classes.stillTick : classes.stillTurned}
          style={
            across ? { left: "50%", [left ? "top" : "bottom"]: "100%", transform: "translate(-50%, 22px)" } : turned
          }
        >
          {axis.title}
        </span>
      ) : null}
    </>
  );
}

function AcrossLines({ spec, frame: { axes, across } }: { spec: ChartSpec; frame: Frame }) {
  return spec.lines.map(({ value, axis: side }) => {
    const axis = axes.find((one) => one.side === side) ?? axes[0];
    const n = axis ? at(fractionOf(axis, value)) : 0;
    return (
      <path
        key={`${side} ${value}`}
        d={across ? `M${n} 0V${whole}` : `M0 ${whole - n}H${whole}`}
        stroke="var(--mantine-color-text)"
        strokeDasharray="4 4"
        vectorEffect="non-scaling-stroke"
      />
    );
  });
}
