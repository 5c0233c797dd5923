"use client";

import { ActionIcon, NativeSelect, Select } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import classes from "@/components/charts/chart.module.css";
import {
  type ChartColumn,
  choicesOf,
  indexOf,
  isNumber,
  isTime,
  refOf,
  withType,
} from "@/components/charts/spec-columns";
import { SpecOptions } from "@/components/charts/spec-options";
import { aggregates, buckets, type ChartType } from "@/lib/charts/kinds";
import type { ChartSpec, Measure } from "@/lib/charts/schema";

const types: { value: ChartType; label: string }[] = [
  { value: "line", label: "Line" },
  { value: "area", label: "Area" },
  { value: "bar", label: "Bar" },
  { value: "scatter", label: "Scatter" },
  { value: "pie", label: "Pie" },
  { value: "number", label: "Number" },
  { value: "pivot", label: "Pivot table" },
  { value: "histogram", label: "Histogram" },
  { value: "heatmap", label: "Heat map" },
];

const words = {
  count: "Count",
  sum: "Sum",
  avg: "Average",
  min: "Least",
  max: "Greatest",
  median: "Median",
  distinct: "Different",
};

const bucketWords = {
  auto: "Automatic",
  second: "Second",
  minute: "Minute",
  hour: "Hour",
  day: "Day",
  week: "Week",
  month: "Month",
  quarter: "Quarter",
  year: "Year",
};

interface Props {
  spec: ChartSpec;
  columns: ChartColumn[];
  /** The bucket that "automatic" came to. */
  bucket: string | null;
  /** The zone that the result's times are shown in. */
  timeZone: string | null;
  errors: Record<string, string>;
  onSpec(spec: ChartSpec): void;
}

const sides = {
  line: "Along the bottom",
  area: "Along the bottom",
  bar: "Along the bottom",
  scatter: "Along the bottom",
  pie: "Slices",
  number: "Change over",
  pivot: "Rows",
  histogram: "Values of",
  heatmap: "Along the bottom",
};

/** What is drawn of which columns, in one row of choices. */
export function SpecForm({ spec, columns, bucket, timeZone, errors, onSpec }: Props) {
  const choices = choicesOf(columns);
  const change = (patch: Partial<ChartSpec>) => onSpec({ ...spec, ...patch });
  const ref = (value: string | null) => (value === null ? undefined : refOf(columns, Number(value)));
  const x = indexOf(columns, spec.x);
  const series = indexOf(columns, spec.series);
  const measured = spec.type !== "histogram";
  const single = spec.type === "pie" || spec.type === "heatmap" || spec.type === "scatter";
  const splits = !["pie", "number", "histogram"].includes(spec.type);
  const optional = spec.type === "number";
  const size = { size: "xs" as const };
  return (
    <div className={classes.form}>
      <Select
        {...size}
        w={108}
        label="Chart"
        data={types}
        value={spec.type}
        allowDeselect={false}
        onChange={(type) => onSpec(withType(spec, (type ?? "bar") as ChartType, columns))}
      />
      <Select
        {...size}
        w={136}
        label={sides[spec.type]}
        data={choices}
        value={x === null ? null : String(x)}
        clearable={optional}
        allowDeselect={optional}
        searchable
        placeholder="Column"
        error={errors["spec.x"]}
        onChange={(value) => change({ x: ref(value), bucket: "auto" })}
      />
      {x !== null && isTime(columns[x]?.type) && spec.type !== "scatter" ? (
        <Select
          {...size}
          w={116}
          label="By"
          data={buckets.map((value) => ({
            value,
            label: value === "auto" && bucket ? `Automatic (${bucket})` : bucketWords[value],
          }))}
          value={spec.bucket}
          allowDeselect={false}
          onChange={(value) => change({ bucket: (value ?? "auto") as ChartSpec["bucket"] })}
        />
      ) : null}
      {measured ? <Measures {...{ spec, columns, errors, single }} onY={(y) => change({ y })} /> : null}
      {splits ? (
        <Select
          {...size}
          w={124}
          label={spec.type === "pivot" ? "Columns" : spec.type === "heatmap" ? "Up the side" : "Split by"}
          data={choices}
          value={series === null ? null : String(series)}
          clearable={spec.type !== "heatmap"}
          searchable
          placeholder="Nothing"
          error={errors["spec.series"]}
          onChange={(value) => change({ series: ref(value) })}
        />
      ) : null}
      <SpecOptions {...{ spec, columns, timeZone, errors }} onSpec={onSpec} />
    </div>
  );
}

interface MeasuresProps {
  spec: ChartSpec;
  columns: ChartColumn[];
  errors: Record<string, string>;
  single: boolean;
  onY(y: Measure[]): void;
}

function Measures({ spec, columns, errors, single, onY }: MeasuresProps) {
  const measures: Measure[] = spec.y.length > 0 ? spec.y : [{ aggregate: "count", axis: "left" }];
  const numbers = columns.flatMap(({ type }, i) => (isNumber(type) ? [i] : []));
  const put = (at: number, patch: Partial<Measure>) =>
    onY(measures.map((one, i) => (i === at ? { ...one, ...patch } : one)));
  const shown = single ? measures.slice(0, 1) : measures;
  return (
    <>
      {shown.map((measure, at) => {
        const index = indexOf(columns, measure.column);
        const label = spec.type === "scatter" ? "Up the side" : at === 0 ? "Of" : "And of";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two measures may be alike; one is its place
          <div key={at} className={classes.measure}>
            {spec.type === "scatter" ? null : (
              <NativeSelect
                size="xs"
                w={84}
                label={at === 0 ? "Take the" : "And the"}
                data={aggregates.map((value) => ({ value, label: words[value] }))}
                value={measure.aggregate}
                onChange={(event) => {
                  const aggregate = event.currentTarget.value as Measure["aggregate"];
                  const column =
                    measure.column ?? (aggregate === "count" ? undefined : refOf(columns, numbers[0] ?? 0));
                  put(at, { aggregate, column });
                }}
              />
            )}
            <Select
              size="xs"
              w={124}
              label={label}
              data={[
                ...(measure.aggregate === "count" ? [{ value: "rows", label: "rows" }] : []),
                ...choicesOf(columns),
              ]}
              value={index === null ? (measure.aggregate === "count" ? "rows" : null) : String(index)}
              allowDeselect={false}
              searchable
              error={errors[`spec.y.${at}.column`]}
              onChange={(value) =>
                put(at, { column: value === null || value === "rows" ? undefined : refOf(columns, Number(value)) })
              }
            />
            {measures.length > 1 && !single ? (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove measure ${at + 1}`}
                onClick={() => onY(measures.filter((_, i) => i !== at))}
              >
                <IconX size={14} />
              </ActionIcon>
            ) : null}
          </div>
        );
      })}
      {!single && measures.length < 10 ? (
        <ActionIcon
          size={30}
          variant="subtle"
          color="gray"
          aria-label="Add a measure"
          onClick={() => {
            const used = new Set(measures.map(({ column }) => indexOf(columns, column)));
            const free = numbers.find((i) => !used.has(i));
            onY([
              ...measures,
              free === undefined
                ? { aggregate: "count", axis: "left" }
                : { column: refOf(columns, free), aggregate: "sum", axis: "left" },
            ]);
          }}
        >
          <IconPlus size={16} />
        </ActionIcon>
      ) : null}
    </>
  );
}
