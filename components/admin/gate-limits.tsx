"use client";

import { NumberInput, type NumberInputProps } from "@mantine/core";

/** A number without fractions or sign. An emptied one stays empty on screen and is sent as null, to be refused at its field. */
export const whole = { allowDecimal: false, allowNegative: false, hideControls: true };

/** What a NumberInput holds, as the API takes it. */
export const numberOf = (value: number | string) => (value === "" ? null : Number(value));

/** The two limits of a gate, as the warehouse's page and the load page ask for them. */
export function GateLimits({ slots, perUser }: { slots: NumberInputProps; perUser: NumberInputProps }) {
  return (
    <>
      <NumberInput label="Slots" description="How much may run at once." {...whole} {...slots} />
      <NumberInput
        label="Per person"
        description="Slots one person may hold; 0 sets no limit."
        {...whole}
        {...perUser}
      />
    </>
  );
}
