import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface Props {
  width?: number;
  /** Mantine's items. */
  children: ReactNode;
}

/** What is done with a thing now and then, behind three dots beside its page's buttons. */
export function MoreMenu({ width = 230, children }: Props) {
  return (
    <Menu withinPortal position="bottom-end" width={width}>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="More">
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}
