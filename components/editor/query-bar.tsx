import { ActionIcon, Button, Group, Kbd, Menu, Text, Tooltip } from "@mantine/core";
import {
  IconAlignLeft,
  IconBinaryTree,
  IconChevronDown,
  IconPlayerPlay,
  IconPlayerStop,
  IconTable,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Keeping } from "./use-drafts";

interface Props {
  children: ReactNode;
  keeping: Keeping;
  running: boolean;
  ready: boolean;
  onRun: () => void;
  onRunAll: () => void;
  onStop: () => void;
  onFormat: () => void;
  onExplain: () => void;
  onTables: () => void;
}

const KEEPING: Record<Keeping, string> = {
  kept: "Draft kept",
  keeping: "Keeping draft",
  offline: "Kept in this browser only: the server cannot be reached",
  "signed out": "Kept in this browser",
};

export function QueryBar(props: Props) {
  const { running, ready, keeping } = props;
  return (
    <Group gap={8} py={6} wrap="wrap">
      <ActionIcon hiddenFrom="sm" variant="default" aria-label="Tables" onClick={props.onTables}>
        <IconTable size={16} />
      </ActionIcon>
      {props.children}
      <Text
        size="xs"
        c={keeping === "offline" ? "yellow.8" : "dimmed"}
        role="status"
        visibleFrom={keeping === "offline" ? undefined : "sm"}
      >
        {KEEPING[keeping]}
      </Text>
      <Group gap={6} ml="auto" wrap="nowrap">
        <Tooltip label="Format (Shift Alt F)">
          <ActionIcon variant="subtle" color="gray" aria-label="Format" onClick={props.onFormat}>
            <IconAlignLeft size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Explain: show the plan without running">
          <ActionIcon variant="subtle" color="gray" aria-label="Explain" disabled={!ready} onClick={props.onExplain}>
            <IconBinaryTree size={16} />
          </ActionIcon>
        </Tooltip>
        {running && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlayerStop size={14} />}
            rightSection={<Kbd size="xs">Esc</Kbd>}
            onClick={props.onStop}
          >
            Stop
          </Button>
        )}
        <Button.Group>
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={14} />}
            disabled={!ready}
            onClick={props.onRun}
            title="Selection, or the statement under the cursor (Ctrl Enter)"
          >
            Run
          </Button>
          <Menu withinPortal position="bottom-end">
            <Menu.Target>
              <Button size="xs" px={6} aria-label="More ways to run" disabled={!ready}>
                <IconChevronDown size={14} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item rightSection={<Kbd size="xs">Ctrl ↵</Kbd>} onClick={props.onRun}>
                Run statement or selection
              </Menu.Item>
              <Menu.Item rightSection={<Kbd size="xs">Ctrl ⇧ ↵</Kbd>} onClick={props.onRunAll}>
                Run all
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Button.Group>
      </Group>
    </Group>
  );
}
