import { Select } from "@mantine/core";
import { IconWorld } from "@tabler/icons-react";
import { useMemo } from "react";

/** The zone in which a run's times are computed and shown, to everyone who opens its link. */
export function ZonePicker({
  value,
  own,
  onChange,
}: {
  value: string;
  /** The person's own zone, by their settings. */
  own: string | null;
  onChange: (zone: string) => void;
}) {
  const zones = useMemo(() => {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const first = [...new Set([value, own ?? "UTC", "UTC", here])];
    const others = Intl.supportedValuesOf("timeZone").filter((zone) => !first.includes(zone));
    return [
      { group: "Usual", items: first },
      { group: "All", items: others },
    ];
  }, [value, own]);
  return (
    <Select
      size="xs"
      w={{ base: 126, sm: 150 }}
      aria-label="Time zone of this run"
      title="Times in the result are in this zone, for everyone who opens it"
      leftSection={<IconWorld size={14} aria-hidden />}
      data={zones}
      value={value}
      onChange={(zone) => zone && onChange(zone)}
      searchable
      selectFirstOptionOnChange
      limit={40}
      allowDeselect={false}
      nothingFoundMessage="No such time zone"
    />
  );
}
