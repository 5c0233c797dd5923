"use client";

import { Group, Select, TextInput } from "@mantine/core";
import { type Frequency, frequencies, type WhenFields, withFrequency } from "@/components/schedules/when-fields";

interface Props {
  fields: WhenFields;
  error: string | undefined;
  onChange: (fields: WhenFields) => void;
}

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const weekdays = [1, 2, 3, 4, 5, 6, 0].map((day) => ({ value: String(day), label: days[day] ?? "" }));
const dates = [
  ...Array.from({ length: 31 }, (_, n) => ({ value: String(n + 1), label: String(n + 1) })),
  { value: "L", label: "the last" },
];

/** How often, and at what time; a cron line only for who asks for it. */
export function WhenInputs({ fields, error, onChange }: Props) {
  const { frequency, time, weekday, date, at, cron } = fields;
  const set = (part: Partial<WhenFields>) => onChange({ ...fields, ...part });
  return (
    <Group gap="sm" align="flex-start" grow>
      <Select
        label="It runs"
        data={[...frequencies]}
        allowDeselect={false}
        value={frequency}
        onChange={(next) => onChange(withFrequency(fields, (next ?? "day") as Frequency, new Date()))}
      />
      {frequency === "week" ? (
        <Select
          label="On"
          data={weekdays}
          allowDeselect={false}
          value={weekday}
          onChange={(next) => set({ weekday: next ?? "1" })}
        />
      ) : null}
      {frequency === "month" ? (
        <Select
          label="On day"
          data={dates}
          allowDeselect={false}
          value={date}
          onChange={(next) => set({ date: next ?? "1" })}
        />
      ) : null}
      {frequency === "once" ? (
        <TextInput
          type="datetime-local"
          label="At (your own clock)"
          value={at}
          error={error}
          onChange={(event) => set({ at: event.currentTarget.value })}
        />
      ) : frequency === "cron" ? (
        <TextInput
          label="Cron line"
          description="Minute, hour, day, month, day of week"
          value={cron}
          error={error}
          onChange={(event) => set({ cron: event.currentTarget.value })}
        />
      ) : (
        <TextInput
          type="time"
          label={frequency === "hour" ? "At the minute of" : "At"}
          value={time}
          error={error}
          onChange={(event) => set({ time: event.currentTarget.value || "00:00" })}
        />
      )}
    </Group>
  );
}
