"use client";

import { NumberInput, type NumberInputProps } from "@mantine/core";
import { useEffect, useRef } from "react";
import { GateEffect, type GateNow } from "@/components/admin/gate-effect";

/** A number without fractions or sign. An emptied one stays empty on screen and is sent as null, to be refused at its field. */
export const whole = { allowDecimal: false, allowNegative: false, hideControls: true };

interface Props {
  /** Whose gate it is, as it is now: what other numbers would have done in the last 7 days is then shown. */
  now?: GateNow;
  slots: NumberInputProps;
  perUser: NumberInputProps;
  unwatchedMinutes: NumberInputProps;
  /** In a window of its own: it comes after the window has looked for what shall have the focus. */
  focused?: boolean;
}

/** A gate's own limits, as the warehouse's page and the load page ask for them. */
export function GateLimits({ slots, perUser, unwatchedMinutes, now, focused = false }: Props) {
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) first.current?.focus();
  }, [focused]);
  return (
    <>
      <NumberInput ref={first} label="Slots" description="How much may run at once." {...whole} {...slots} />
      <NumberInput
        label="Per person"
        description="Slots one person may hold; 0 sets no limit."
        {...whole}
        {...perUser}
      />
      <NumberInput
        label="End unwatched work, minutes"
        placeholder="Never"
        description="People's own work ends when its page has been closed so long."
        {...whole}
        {...unwatchedMinutes}
      />
      {now ? (
        <GateEffect now={now} slots={slots.value} perUser={perUser.value} unwatchedMinutes={unwatchedMinutes.value} />
      ) : null}
    </>
  );
}
