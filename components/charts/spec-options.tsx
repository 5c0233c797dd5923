"use client";

import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  NativeSelect,
  NumberInput,
  Popover,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { IconAdjustmentsHorizontal, IconX } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { type ChartColumn, indexOf, isTime } from "@/components/charts/spec-columns";
import type { ChartSpec } from "@/lib/charts/schema";

interface Props {
  spec: ChartSpec;
  columns: ChartColumn[];
  timeZone: string | null;
  errors: Record<string, string>;
  onSpec(spec: ChartSpec): void;
}

const cartesian = ["line", "area", "bar", "histogram"];

/** What is chosen more rarely; only what matters to this kind of chart. */
export function SpecOptions({ spec, columns, timeZone, errors, onSpec }: Props) {
  const change = (patch: Partial<ChartSpec>) => onSpec({ ...spec, ...patch });
  const x = indexOf(columns, spec.x);
  const time = x !== null && isTime(columns[x]?.type);
  const drawn = cartesian.includes(spec.type);
  const stacks = (spec.type === "bar" || spec.type === "area") && (spec.series !== undefined || spec.y.length > 1);
  const categories = !time && ["bar", "pie", "pivot", "heatmap", "line", "area"].includes(spec.type);
  return (
    <Popover position="bottom-end" width={340} trapFocus returnFocus withinPortal>
      <Popover.Target>
        <Button variant="default" leftSection={<IconAdjustmentsHorizontal size={14} aria-hidden />}>
          Options
        </Button>
      </Popover.Target>
      <Popover.Dropdown mah="70vh" style={{ overflow: "auto" }}>
        <Stack gap="sm">
          {stacks ? (
            <Labelled label="Side by side or stacked">
              <SegmentedControl
                size="xs"
                fullWidth
                data={[
                  { value: "none", label: spec.type === "bar" ? "Grouped" : "Over each other" },
                  { value: "stacked", label: "Stacked" },
                  { value: "percent", label: "100 %" },
                ]}
                value={spec.stack}
                onChange={(stack) => change({ stack: stack as ChartSpec["stack"] })}
              />
            </Labelled>
          ) : null}
          {spec.type === "bar" ? (
            <Checkbox
              size="xs"
              label="Bars lie down"
              checked={spec.horizontal}
              onChange={(event) => change({ horizontal: event.currentTarget.checked })}
            />
          ) : null}
          {categories ? (
            <NativeSelect
              size="xs"
              label="Order"
              data={[
                { value: "size", label: "Largest first" },
                { value: "name", label: "By name" },
                { value: "rows", label: "As the rows came" },
              ]}
              value={spec.sort}
              onChange={(event) => change({ sort: event.currentTarget.value as ChartSpec["sort"] })}
            />
          ) : null}
          {categories ? (
            <Top label="Show the largest" value={spec.top} max={200} onChange={(top) => change({ top })} />
          ) : null}
          {spec.series !== undefined && !["pie", "number", "histogram"].includes(spec.type) ? (
            <Top
              label="Largest of the split"
              value={spec.topSeries}
              max={50}
              onChange={(topSeries) => change({ topSeries })}
            />
          ) : null}
          {categories || spec.series !== undefined ? (
            <Checkbox
              size="xs"
              label={'The rest together as "other"'}
              checked={spec.other}
              onChange={(event) => change({ other: event.currentTarget.checked })}
            />
          ) : null}
          {spec.type === "histogram" || (drawn && !time) ? (
            <Top
              label="Number of ranges, for numbers"
              value={spec.bins}
              min={2}
              max={200}
              onChange={(bins) => change({ bins })}
            />
          ) : null}
          {time ? (
            <Zone
              value={spec.timeZone}
              usual={timeZone}
              error={errors["spec.timeZone"]}
              onChange={(zone) => change({ timeZone: zone })}
            />
          ) : null}
          {drawn && time ? (
            <NativeSelect
              size="xs"
              label="Where there are no rows"
              data={[
                { value: "gap", label: "A gap" },
                { value: "zero", label: "Zero" },
                { value: "join", label: "A line across" },
              ]}
              value={spec.gaps}
              onChange={(event) => change({ gaps: event.currentTarget.value as ChartSpec["gaps"] })}
            />
          ) : null}
          {drawn && spec.type !== "histogram" && spec.y.length > 1 ? (
            <MeasureLooks spec={spec} onSpec={onSpec} />
          ) : null}
          {drawn || spec.type === "scatter" ? <Logs spec={spec} onSpec={onSpec} /> : null}
          {drawn || spec.type === "scatter" ? <Lines spec={spec} onSpec={onSpec} /> : null}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Labelled({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <Text component="legend" size="xs" fw={500} mb={2}>
        {label}
      </Text>
      {children}
    </fieldset>
  );
}

function Top({
  label,
  value,
  min = 1,
  max,
  onChange,
}: {
  label: string;
  value: number | undefined;
  min?: number;
  max: number;
  onChange(value: number | undefined): void;
}) {
  return (
    <NumberInput
      size="xs"
      label={label}
      placeholder="Automatic"
      min={min}
      max={max}
      clampBehavior="strict"
      allowDecimal={false}
      value={value ?? ""}
      onChange={(next) => onChange(typeof next === "number" && next >= min ? next : undefined)}
    />
  );
}

function Zone({
  value,
  usual,
  error,
  onChange,
}: {
  value: string | undefined;
  usual: string | null;
  error: string | undefined;
  onChange(zone: string | undefined): void;
}) {
  return (
    <Select
      size="xs"
      label="Days begin in"
      data={["UTC", ...Intl.supportedValuesOf("timeZone")]}
      value={value ?? null}
      placeholder={usual ?? "The result's zone"}
      searchable
      clearable
      limit={50}
      error={error}
      onChange={(zone) => onChange(zone ?? undefined)}
    />
  );
}

function MeasureLooks({ spec, onSpec }: { spec: ChartSpec; onSpec(spec: ChartSpec): void }) {
  const put = (at: number, patch: object) =>
    onSpec({ ...spec, y: spec.y.map((one, i) => (i === at ? { ...one, ...patch } : one)) });
  return (
    <Labelled label="Each measure">
      {spec.y.map((measure, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two measures may be alike; one is its place
        <Group key={at} gap={4} wrap="nowrap" mb={4}>
          <Text size="xs" style={{ flex: 1, overflow: "hidden", textOverflow: "ellipsis" }}>
            {measure.aggregate} {measure.column ?? "rows"}
          </Text>
          <NativeSelect
            size="xs"
            aria-label={`Measure ${at + 1} is drawn as`}
            data={["line", "area", "bar"]}
            value={measure.as ?? spec.type}
            onChange={(event) => put(at, { as: event.currentTarget.value })}
          />
          <NativeSelect
            size="xs"
            aria-label={`Axis of measure ${at + 1}`}
            data={[
              { value: "left", label: "left axis" },
              { value: "right", label: "right axis" },
            ]}
            value={measure.axis}
            onChange={(event) => put(at, { axis: event.currentTarget.value })}
          />
        </Group>
      ))}
    </Labelled>
  );
}

function Logs({ spec, onSpec }: { spec: ChartSpec; onSpec(spec: ChartSpec): void }) {
  const right = spec.y.some(({ axis }) => axis === "right");
  const names = {
    left: right ? "Logarithmic left axis" : "Logarithmic axis",
    right: "Logarithmic right axis",
    x: "Logarithmic bottom axis",
  };
  const axes = (["left", "right", "x"] as const).filter(
    (axis) => axis === "left" || (axis === "right" ? right : spec.type === "scatter"),
  );
  return (
    <>
      {axes.map((axis) => (
        <Checkbox
          key={axis}
          size="xs"
          label={names[axis]}
          checked={spec.log.includes(axis)}
          onChange={(event) =>
            onSpec({
              ...spec,
              log: event.currentTarget.checked ? [...spec.log, axis] : spec.log.filter((one) => one !== axis),
            })
          }
        />
      ))}
    </>
  );
}

function Lines({ spec, onSpec }: { spec: ChartSpec; onSpec(spec: ChartSpec): void }) {
  const [value, setValue] = useState<number | string>("");
  const [label, setLabel] = useState("");
  function add(event: FormEvent) {
    event.preventDefault();
    if (typeof value !== "number") return;
    onSpec({ ...spec, lines: [...spec.lines, { value, axis: "left", ...(label ? { label } : {}) }] });
    setValue("");
    setLabel("");
  }
  return (
    <Labelled label="Lines of reference">
      {spec.lines.map((line) => (
        <Group key={`${line.value} ${line.label}`} gap={4} wrap="nowrap">
          <Text size="xs" style={{ flex: 1 }}>
            {line.label ? `${line.label}, ` : ""}
            {line.value}
          </Text>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={`Remove the line at ${line.value}`}
            onClick={() => onSpec({ ...spec, lines: spec.lines.filter((one) => one !== line) })}
          >
            <IconX size={14} />
          </ActionIcon>
        </Group>
      ))}
      <form onSubmit={add}>
        <Group gap={4} wrap="nowrap">
          <NumberInput
            size="xs"
            aria-label="Value of the line"
            placeholder="Value"
            hideControls
            value={value}
            onChange={setValue}
            w={90}
          />
          <TextInput
            size="xs"
            aria-label="Name of the line"
            placeholder="Name, as target"
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
            style={{ flex: 1 }}
            maxLength={200}
          />
          <Button type="submit" variant="default" disabled={typeof value !== "number" || spec.lines.length >= 10}>
            Add
          </Button>
        </Group>
      </form>
    </Labelled>
  );
}
