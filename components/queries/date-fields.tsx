"use client";

import { ActionIcon, Autocomplete, Group, Popover, TextInput } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useState } from "react";
import type { FieldProps } from "@/components/queries/parameter-form";
import { dayWords, rangeWords } from "@/components/queries/range-words";
import { labelOf, one } from "@/components/queries/text-fields";
import { dayOf, rangeOf } from "@/lib/queries/relative-dates";

const days = ["today", "yesterday", "7 days ago", "monday", "start of month", "start of year"];
const ranges = [
  "today",
  "yesterday",
  "last 7 days",
  "last 28 days",
  "since monday",
  "this week",
  "last week",
  "this month",
  "last month",
  "last 3 months",
  "this quarter",
  "this year",
  "last 24 hours",
];

/** Words or digits; which day that is now stands below. */
export function DateField({ parameter, value, problem, zone, onChange }: FieldProps) {
  const text = one(value);
  const day = text ? dayOf(text, { now: new Date(), timeZone: zone }) : null;
  return (
    <Autocomplete
      size="sm"
      label={labelOf(parameter)}
      required={parameter.required}
      placeholder="yesterday, 2026-01-31"
      data={days}
      value={text}
      onChange={onChange}
      error={problem}
      description={day && day !== text ? dayWords(day) : undefined}
      inputWrapperOrder={["label", "input", "description", "error"]}
      rightSectionPointerEvents="all"
      rightSection={
        <Calendar label={`Choose ${labelOf(parameter)} in a calendar`}>
          <TextInput
            type="date"
            label="Day"
            value={day ?? ""}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        </Calendar>
      }
    />
  );
}

/** A range in words, or two days, both of them in it. */
export function RangeField({ parameter, value, problem, zone, onChange }: FieldProps) {
  const text = one(value);
  const range = text ? rangeOf(text, { now: new Date(), timeZone: zone }) : null;
  const [first = "", last = ""] = /^(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?$/.exec(text)?.slice(1) ?? [];
  const set = (from: string, to: string) => onChange(from || to ? `${from}..${to}` : "");
  return (
    <Autocomplete
      size="sm"
      label={labelOf(parameter)}
      required={parameter.required}
      placeholder="last 7 days"
      data={ranges}
      value={text}
      onChange={onChange}
      error={problem}
      description={range ? rangeWords(range) : undefined}
      inputWrapperOrder={["label", "input", "description", "error"]}
      rightSectionPointerEvents="all"
      rightSection={
        <Calendar label={`Choose ${labelOf(parameter)} in a calendar`}>
          <Group gap={8} wrap="nowrap">
            <TextInput
              type="date"
              label="First day"
              value={first}
              max={last || undefined}
              onChange={(event) => set(event.currentTarget.value, last)}
            />
            <TextInput
              type="date"
              label="Last day"
              value={last}
              min={first || undefined}
              onChange={(event) => set(first, event.currentTarget.value)}
            />
          </Group>
        </Calendar>
      }
    />
  );
}

function Calendar({ label, children }: { label: string; children: React.ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus withinPortal>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={() => setOpen(!open)}>
          <IconCalendar size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>{children}</Popover.Dropdown>
    </Popover>
  );
}
