import { chartSvg } from "@/components/previews/chart-svg";
import type { ChartView } from "@/lib/charts/schema";

interface Props {
  title: string;
  description: string;
  number: { name: string; value: string } | null;
  chart: ChartView | null;
}

const ink = "#1b2126";
const quiet = "#5b6670";

/** 1200 × 630, as link previews are; drawn on the server, where there is no style sheet. */
export function PreviewCard({ title, description, number, chart }: Props) {
  const svg = chart && chartSvg(chart);
  // A single number of a chart is its last value.
  const last = chart?.spec?.type === "number" && chart.data?.kind === "series" ? chart.data.series[0] : undefined;
  const shown = last ? { name: last.name, value: (last.values.at(-1) ?? 0).toLocaleString("en-US") } : number;
  return (
    <div
      style={{
        width: "100%",
        height: "100%",
        display: "flex",
        flexDirection: "column",
        padding: "48px 60px",
        background: "#ffffff",
        color: ink,
      }}
    >
      <div style={{ fontSize: 44, maxHeight: 110, overflow: "hidden" }}>{title.slice(0, 120)}</div>
      <div style={{ fontSize: 24, color: quiet, marginTop: 8, marginBottom: 24 }}>{description.slice(0, 120)}</div>
      {shown ? (
        <div style={{ display: "flex", flexDirection: "column", flexGrow: 1, justifyContent: "center" }}>
          <div style={{ fontSize: 120 }}>{shown.value}</div>
          <div style={{ fontSize: 28, color: quiet }}>{shown.name.slice(0, 80)}</div>
        </div>
      ) : svg ? (
        // biome-ignore lint/performance/noImgElement: drawn into a picture, not into a page
        <img
          alt=""
          width={1080}
          height={380}
          src={`data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`}
        />
      ) : null}
    </div>
  );
}
