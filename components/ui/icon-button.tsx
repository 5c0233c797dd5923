import { ActionIcon, type ActionIconProps, Tooltip } from "@mantine/core";
import type { MouseEventHandler, ReactNode } from "react";

interface Props extends Omit<ActionIconProps, "children"> {
  /** Its name. */
  label: string;
  /** What stands over it, where there is more to say. */
  hint?: string;
  onClick: MouseEventHandler<HTMLButtonElement>;
  /** The icon. */
  children: ReactNode;
}

/** A quiet button that is an icon alone, with its name over it. */
export function IconButton({ label, hint, children, ...rest }: Props) {
  return (
    <Tooltip label={hint ?? label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} {...rest}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
