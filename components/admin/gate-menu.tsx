"use client";

import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { HeatDialog, PauseDialog } from "@/components/admin/gate-dialogs";
import type { PauseAsked } from "@/components/admin/pause-dialog";
import { type StopAsked, StopDialog } from "@/components/admin/stop-dialog";

interface Props {
  /** Null: every warehouse. */
  warehouse: { id: string; name: string; engine: string } | null;
  onChange: () => Promise<void>;
}

const coolDown: PauseAsked = {
  title: "Cool down for 30 minutes",
  of: "lane",
  targets: ["scheduled", "backfill"].map((id) => ({ id, name: id })),
  minutes: 30,
  tell: true,
};

const pauses: (PauseAsked & { item: string })[] = [
  { item: "Drain…", title: "Drain", of: "everything", drain: true, minutes: null },
  { item: "Cool down for 30 minutes…", ...coolDown },
  { item: "Pause lanes…", title: "Pause lanes", of: "lane", minutes: null },
  { item: "Pause teams…", title: "Pause teams", of: "team", minutes: null },
  { item: "Pause people…", title: "Pause people", of: "person", minutes: null },
];

const stops: (StopAsked & { item: string })[] = [
  {
    item: "Stop all that waits…",
    title: "Stop all that waits",
    of: "everything",
    targets: [],
    state: "waiting",
  },
  { item: "Stop everything…", title: "Stop all that runs and waits", of: "everything", targets: [] },
];

/** What is done in bulk, to one warehouse or to all of them. */
export function GateMenu({ warehouse, onChange }: Props) {
  const [pausing, setPausing] = useState<PauseAsked>();
  const [stopping, setStopping] = useState<StopAsked>();
  const [heat, setHeat] = useState(false);
  const everywhere: PauseAsked = { title: "Pause", of: "everything", minutes: null };
  return (
    <>
      <Menu position="bottom-end" shadow="md" width={240}>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} />}>
            {warehouse ? "More" : "All warehouses"}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {warehouse ? null : <Menu.Item onClick={() => setPausing(everywhere)}>Pause everything…</Menu.Item>}
          {pauses.map(({ item, ...asked }) => (
            <Menu.Item key={item} onClick={() => setPausing(asked)}>
              {item}
            </Menu.Item>
          ))}
          {warehouse ? (
            <>
              <Menu.Item onClick={() => setHeat(true)}>When it is hot…</Menu.Item>
              <Menu.Divider />
              {stops.map(({ item, ...asked }) => (
                <Menu.Item key={item} c="var(--sl-failed)" onClick={() => setStopping(asked)}>
                  {item}
                </Menu.Item>
              ))}
            </>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      {pausing ? (
        <PauseDialog asked={pausing} warehouse={warehouse} onClose={() => setPausing(undefined)} onDone={onChange} />
      ) : null}
      {heat && warehouse ? <HeatDialog warehouse={warehouse} onClose={() => setHeat(false)} onDone={onChange} /> : null}
      {stopping && warehouse ? (
        <StopDialog
          asked={stopping}
          warehouse={warehouse.id}
          onClose={() => setStopping(undefined)}
          onDone={onChange}
        />
      ) : null}
    </>
  );
}
