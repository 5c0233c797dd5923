import { ActionIcon, Button, Group, Kbd, Menu, Text } from "@mantine/core";
import {
  IconAlignLeft,
  IconBinaryTree,
  IconChevronDown,
  IconDeviceFloppy,
  IconHistory,
  IconMoon,
  IconPlayerPlay,
  IconPlayerStop,
  IconTable,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { IconButton } from "@/components/ui/icon-button";
import type { Keeping } from "./draft-store";

interface Props {
  children: ReactNode;
  keeping: Keeping;
  running: boolean;
  /** A stop was asked for and is not confirmed yet. */
  stopping: boolean;
  ready: boolean;
  onRun: () => void;
  onRunAll: () => void;
  onStop: () => void;
  onFormat: () => void;
  onExplain: () => void;
  onTables: () => void;
  onRecent: () => void;
  onSave: () => void;
  /** Absent of who may build no pipelines, and where their rows may not go. */
  onNightly: (() => void) | undefined;
}

const KEEPING: Record<Keeping, string> = {
  kept: "Draft kept",
  keeping: "Keeping draft",
  offline: "Kept in this browser only: the server cannot be reached",
  "signed out": "Kept in this browser",
};

export function QueryBar(props: Props) {
  const { running, stopping, ready, keeping } = props;
  return (
    <Group gap={8} py={6} wrap="wrap">
      <ActionIcon hiddenFrom="sm" variant="default" aria-label="Tables" onClick={props.onTables}>
        <IconTable size={16} />
      </ActionIcon>
      {props.children}
      <Text
        size="xs"
        c={keeping === "offline" ? "var(--sl-late)" : "dimmed"}
        role="status"
        visibleFrom={keeping === "offline" ? undefined : "lg"}
      >
        {KEEPING[keeping]}
      </Text>
      <Group gap={6} ml="auto" wrap="nowrap">
        <IconButton label="Your recent runs" onClick={props.onRecent}>
          <IconHistory size={16} />
        </IconButton>
        <IconButton label="Format" hint="Format (Shift Alt F)" onClick={props.onFormat}>
          <IconAlignLeft size={16} />
        </IconButton>
        <IconButton
          label="Explain"
          hint="Explain: show the plan without running"
          disabled={!ready}
          onClick={props.onExplain}
        >
          <IconBinaryTree size={16} />
        </IconButton>
        <IconButton label="Save as a query" hint="Save as a query (Ctrl S)" disabled={!ready} onClick={props.onSave}>
          <IconDeviceFloppy size={16} />
        </IconButton>
        {props.onNightly ? (
          <IconButton label="Make this a nightly table" disabled={!ready} onClick={props.onNightly}>
            <IconMoon size={16} />
          </IconButton>
        ) : null}
        {running && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlayerStop size={14} />}
            rightSection={<Kbd size="xs">Esc</Kbd>}
            disabled={stopping}
            onClick={props.onStop}
          >
            {stopping ? "Stopping" : "Stop"}
          </Button>
        )}
        <Button.Group>
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={14} />}
            disabled={!ready}
            onClick={props.onRun}
            title="Selection, or the statement under the cursor (Ctrl Enter)"
            rightSection={
              <Text size="xs" span visibleFrom="sm" aria-hidden>
                Ctrl ↵
              </Text>
            }
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
