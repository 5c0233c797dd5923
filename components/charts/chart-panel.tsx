"use client";

import { ActionIcon, Button, Loader, Menu, Skeleton, Text, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconDeviceFloppy, IconDownload, IconTable } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useRef, useState } from "react";
import classes from "@/components/charts/chart.module.css";
import { csvOf } from "@/components/charts/chart-csv";
import { ChartFigure } from "@/components/charts/chart-figure";
import { pngOf, save, svgOf, untilDrawn } from "@/components/charts/export-picture";
import { colourOf } from "@/components/charts/palette";
import type { ChartColumn } from "@/components/charts/spec-columns";
import { useChart } from "@/components/charts/use-chart";
import { chartTitle, keyText } from "@/components/charts/words";
import { useRefused } from "@/components/layout/rights";
import { useElapsed } from "@/components/results/use-row-source";
import { ProblemAlert } from "@/components/ui/problem-alert";
import type { ChartSpec, ChartSpecInput, ChartView } from "@/lib/charts/schema";

// Whoever looks at a chart that somebody saved needs none of its fields.
const SpecForm = dynamic(() => import("@/components/charts/spec-form").then((form) => form.SpecForm), {
  ssr: false,
  loading: () => <Skeleton height={54} style={{ flex: 1 }} radius={6} />,
});

interface Props {
  executionId: string;
  columns: ChartColumn[];
  /** What to draw first; without one the server proposes. */
  spec?: ChartSpecInput | null;
  /** Whether that is somebody's chart, which is looked at before it is changed. */
  settled?: boolean;
  /** That spec's chart of this execution, where it came with the page. */
  drawn?: ChartView | null | undefined;
  /** Told of each change; without it the panel keeps its choices to itself. */
  onSpec?: (spec: ChartSpec) => void;
  /** Keeps the chart as it stands; without it there is no such button. */
  onSave?: ((spec: ChartSpec) => void) | undefined;
  timeZone?: string | undefined;
  /** Above an exported picture. */
  title?: string | undefined;
  /** Only the drawing, without the form. */
  folded?: boolean;
}

/** A chart of an execution's rows, and the form that changes it. Fills the height that its parent gives it. */
export function ChartPanel({
  executionId,
  columns,
  spec: given = null,
  settled = false,
  drawn,
  onSpec,
  onSave,
  timeZone,
  title,
  folded = false,
}: Props) {
  const [own, setOwn] = useState<ChartSpecInput | null>(null);
  const spec = onSpec ? given : (own ?? given);
  const { data: view, stale, problem, reload } = useChart(executionId, spec, drawn ?? undefined);
  const [asTable, setAsTable] = useState(false);
  const figure = useRef<HTMLElement>(null);
  const [live, setLive] = useState(false);
  // On a phone the drawing comes first, and the form when it is asked for; so it does where the drawing is somebody's.
  const narrow = useMediaQuery("(max-width: 767px)") ?? false;
  const [open, setOpen] = useState<boolean>();
  const formed = open ?? !(narrow || settled);
  const waited = useElapsed(stale || (!view && !problem));
  const change = (next: ChartSpec) => {
    setOwn(next);
    onSpec?.(next);
  };
  const shown = (spec && problem ? { ...view?.spec, ...spec } : stale && spec ? spec : view?.spec) as
    | ChartSpec
    | null
    | undefined;
  const data = view?.data;
  return (
    <div className={classes.panel}>
      <div style={{ display: "flex", flexWrap: "wrap", gap: 8, alignItems: "flex-end" }}>
        {shown && !folded && formed ? (
          <SpecForm
            spec={withDefaults(shown)}
            columns={columns}
            bucket={data?.kind === "series" ? (data.x?.bucket ?? null) : null}
            timeZone={timeZone ?? null}
            errors={problem?.byField ?? {}}
            onSpec={change}
          />
        ) : null}
        <div className={classes.actions}>
          {(narrow || settled) && !folded && shown ? (
            <Button
              variant="default"
              leftSection={<IconAdjustmentsHorizontal size={14} aria-hidden />}
              aria-expanded={formed}
              onClick={() => setOpen(!formed)}
            >
              Change
            </Button>
          ) : null}
          {data?.kind === "series" && view?.spec?.type !== "pivot" ? (
            <Tooltip label={asTable ? "Show the drawing" : "Show its numbers as a table"}>
              <ActionIcon
                size={30}
                variant={asTable ? "filled" : "default"}
                aria-pressed={asTable}
                aria-label="Numbers as a table"
                onClick={() => setAsTable(!asTable)}
              >
                <IconTable size={16} />
              </ActionIcon>
            </Tooltip>
          ) : null}
          {view && data ? (
            <Export view={view} figure={figure} asTable={asTable} title={title} onOpen={() => setLive(true)} />
          ) : null}
          {onSave && view?.spec && data ? (
            <Button
              variant="default"
              leftSection={<IconDeviceFloppy size={14} aria-hidden />}
              onClick={() => view.spec && onSave(view.spec)}
            >
              Save chart
            </Button>
          ) : null}
        </div>
      </div>
      {problem ? (
        <ProblemAlert title="This chart cannot be drawn" onRetry={() => void reload()}>
          {problem.message}
        </ProblemAlert>
      ) : null}
      {view && !problem ? (
        <ChartFigure
          executionId={executionId}
          view={view}
          stale={stale}
          asTable={asTable}
          live={live}
          figureRef={figure}
        />
      ) : null}
      {!view && !problem ? <Skeleton style={{ flex: 1 }} mih={260} radius={6} /> : null}
      <Text size="xs" c="dimmed" role="status" mih={18}>
        {waited !== null && waited > 300 ? (
          <>
            <Loader size={10} mr={6} />
            Going through all rows, {(waited / 1_000).toFixed(1)} s
          </>
        ) : view?.truncated ? (
          "Truncated: only the rows that are kept are in this chart. The warehouse has more."
        ) : (
          ""
        )}
      </Text>
    </div>
  );
}

/** A spec from a link may leave out what has a usual value. */
function withDefaults(spec: ChartSpecInput): ChartSpec {
  const y = (spec.y ?? []).map((one) => ({ axis: "left" as const, aggregate: "sum" as const, ...one }));
  const lines = (spec.lines ?? []).map((one) => ({ axis: "left" as const, ...one }));
  return {
    bucket: "auto",
    other: true,
    stack: "none",
    horizontal: false,
    log: [],
    sort: "size",
    gaps: "gap",
    axes: {},
    ...spec,
    y,
    lines,
  };
}

function Export({
  view,
  figure,
  asTable,
  title,
  onOpen,
}: {
  view: ChartView;
  figure: React.RefObject<HTMLElement | null>;
  asTable: boolean;
  title?: string | undefined;
  /** A picture is taken of the drawing that answers the mouse. */
  onOpen(): void;
}) {
  const refused = useRefused("download");
  const { spec, data } = view;
  if (!spec || !data) return null;
  const name = title ?? chartTitle(spec, data);
  const drawn = !asTable && spec.type !== "pivot" && spec.type !== "number";
  const legend = () => {
    if (spec.type === "heatmap") return [];
    if (spec.type === "pie" && data.kind === "series")
      return data.keys.map((key, at) => ({ name: keyText(data.x, key), colour: colourOf(at, key) }));
    return data.series.length < 2
      ? []
      : data.series.map((series, at) => ({ name: series.name, colour: colourOf(at, series.key) }));
  };
  const file = (ending: string) =>
    `${name
      .replace(/[^\p{L}\p{N} ,.-]+/gu, " ")
      .slice(0, 80)
      .trim()}.${ending}`;
  const picture = async () => {
    const place = figure.current;
    return place && (await untilDrawn(place)) && svgOf(place, name, legend());
  };
  return (
    <Menu withinPortal position="bottom-end" onOpen={onOpen}>
      <Menu.Target>
        <ActionIcon size={30} variant="default" aria-label="Export the chart">
          <IconDownload size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {refused ? (
          <Menu.Label maw={320} style={{ whiteSpace: "normal" }}>
            {refused}
          </Menu.Label>
        ) : (
          <>
            <Menu.Item
              disabled={!drawn}
              onClick={async () => {
                const made = await picture();
                if (made) save(await pngOf(made), file("png"));
              }}
            >
              PNG picture
            </Menu.Item>
            <Menu.Item
              disabled={!drawn}
              onClick={async () => {
                const made = await picture();
                if (made) save(new Blob([made.text], { type: "image/svg+xml" }), file("svg"));
              }}
            >
              SVG picture
            </Menu.Item>
            <Menu.Item onClick={() => save(new Blob([csvOf(data)], { type: "text/csv" }), file("csv"))}>
              CSV of its numbers
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
