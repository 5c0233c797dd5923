import { NumberInput, Select } from "@mantine/core";
import type { GetInputPropsReturnType } from "@mantine/form";
import { whole } from "@/components/admin/gate-limits";
import { laneChoices } from "@/components/admin/token-lanes";

interface Props {
  /** Whether who fills it in may give the lanes in front, as admins may. */
  gives: boolean;
  /** The lane that the token stands in; null: as usual. */
  now?: string | null;
  inputProps: (field: "lane" | "statementsPerHour") => GetInputPropsReturnType;
}

/** Where a token's work stands in line, and how much of it there may be. */
export function TokenPlaceFields({ gives, now = null, inputProps }: Props) {
  return (
    <>
      <Select
        label="Lane"
        description="The foremost place in line for what it runs."
        allowDeselect={false}
        data={laneChoices(gives, now)}
        {...inputProps("lane")}
      />
      <NumberInput
        label="Statements an hour"
        description="Empty: no limit of its own. An AI assistant then has the usual one."
        {...whole}
        thousandSeparator=","
        {...inputProps("statementsPerHour")}
      />
    </>
  );
}
