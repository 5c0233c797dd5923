"use client";

import { Menu } from "@mantine/core";
import { IconChevronDown, IconFlask } from "@tabler/icons-react";
import type { Ref } from "react";
import type { Try } from "@/components/pipelines/use-try";
import { BusyButton } from "@/components/ui/busy-button";
import { triedRows } from "@/lib/runs/schema";

interface Props {
  ref: Ref<HTMLButtonElement>;
  tried: Try;
  /** The stage whose form is open. */
  selected: { id: string; title: string } | null;
}

/** Runs the draft without writing anything: on a sample, up to a stage, or over all rows for what it would do. */
export function TryButton({ ref, tried, selected }: Props) {
  const busy = tried.busy || tried.run?.state === "queued" || tried.run?.state === "running";
  return (
    <>
      <BusyButton
        ref={ref}
        variant="default"
        loading={busy}
        leftSection={<IconFlask size={14} aria-hidden />}
        onClick={() => void tried.begin(triedRows, null)}
      >
        Try it
      </BusyButton>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <BusyButton variant="default" loading={busy} rightSection={<IconChevronDown size={14} aria-hidden />}>
            Other tries
          </BusyButton>
        </Menu.Target>
        <Menu.Dropdown>
          {selected ? (
            <Menu.Item onClick={() => void tried.begin(triedRows, selected.id)}>
              Up to {selected.title || selected.id}
            </Menu.Item>
          ) : null}
          <Menu.Item onClick={() => void tried.begin(null, null)}>What it would do, over all rows</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
