"use client";

import type { ButtonProps } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { BusyButton } from "@/components/ui/busy-button";

const never = () => () => undefined;

/**
 * A form's button. Until the page's program runs it sends nothing: the browser would send the form by itself then,
 * with what was typed in the address, and the typed would be gone.
 */
export function SubmitButton({ disabled, ...rest }: ButtonProps) {
  const ready = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  return <BusyButton size="sm" type="submit" disabled={disabled || !ready} {...rest} />;
}
