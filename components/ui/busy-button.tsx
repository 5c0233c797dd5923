"use client";

import { Button, type ButtonProps } from "@mantine/core";
import type { ComponentProps } from "react";

type Props = ButtonProps & Omit<ComponentProps<"button">, keyof ButtonProps>;

/**
 * A button whose work takes a while. One of Mantine's is disabled while it loads, and the browser takes the focus from
 * what is disabled: who works by keyboard would begin at the page's top again. This one keeps it, and does nothing twice.
 */
export function BusyButton({ loading, disabled, onClick, ...rest }: Props) {
  return (
    <Button
      {...rest}
      loading={loading}
      disabled={disabled}
      onClick={(event) => (loading ? event.preventDefault() : onClick?.(event))}
      renderRoot={(root) => (
        <button {...root} disabled={disabled} aria-disabled={loading || undefined} aria-busy={loading || undefined} />
      )}
    />
  );
}
