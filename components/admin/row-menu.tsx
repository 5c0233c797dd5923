"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useState } from "react";
import { PauseDialog } from "@/components/admin/gate-dialogs";
import type { PauseAsked } from "@/components/admin/pause-dialog";
import { type StopAsked, StopDialog } from "@/components/admin/stop-dialog";
import { api } from "@/components/ui/api";
import { Refusal } from "@/components/ui/refusal";
import { StateBadge } from "@/components/ui/state";
import { useAction } from "@/components/ui/use-action";
import type { LoadView } from "@/lib/gate/schema";

interface Props {
  item: LoadView["running"][number] | LoadView["waiting"][number];
  /** On one line. */
  sql: string;
  stopping: boolean;
  warehouse: LoadView["warehouse"];
  onChange: () => Promise<void>;
}

/** All that an admin may do to one piece of work, and to whose it is. */
export function RowMenu({ item, sql, stopping, warehouse, onChange }: Props) {
  const [pausing, setPausing] = useState<PauseAsked>();
  const [stops, setStops] = useState<StopAsked>();
  const { run, problem } = useAction();
  const { user, token, lane, executionId } = item;
  const move = (to: "first" | "last") =>
    run(async () => {
      await api("POST", `/executions/${executionId}/move`, { to });
      await onChange();
    });
  const pause = (of: PauseAsked["of"], target: { id: string; name: string }, title: string) =>
    setPausing({ title, of, targets: [target], minutes: null });
  const stage = item.kind === "stage";
  const what = stage ? "stage" : "query";
  const stopThis: StopAsked = {
    title: stage ? `Stop the run of ${user.name}'s stage` : `Stop ${user.name}'s query`,
    of: "execution",
    targets: [executionId],
    stage,
    about: (
      <p
        style={{
          margin: "0 0 8px",
          fontSize: 13,
          ...(stage ? {} : { fontFamily: "var(--mantine-font-family-monospace)" }),
        }}
      >
        {sql.slice(0, 200)}
      </p>
    ),
  };
  return (
    <>
      {stopping ? <StateBadge state="cancelling" /> : null}
      <Menu position="bottom-end" shadow="md" width={260}>
        <Menu.Target>
          <ActionIcon variant="subtle" size="lg" aria-label={`Actions for ${user.name}'s ${what}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {"position" in item ? (
            <>
              <Menu.Item onClick={() => void move("first")}>Put first in line</Menu.Item>
              <Menu.Item onClick={() => void move("last")}>Put last in line</Menu.Item>
              <Menu.Divider />
            </>
          ) : null}
          <Menu.Item onClick={() => pause("person", user, `Pause ${user.name}`)}>Pause {user.name}…</Menu.Item>
          {token ? (
            <Menu.Item onClick={() => pause("token", token, `Pause the token ${token.name}`)}>
              Pause the token {token.name}…
            </Menu.Item>
          ) : null}
          <Menu.Item onClick={() => pause("lane", { id: lane, name: lane }, `Pause the lane ${lane}`)}>
            Pause the lane {lane}…
          </Menu.Item>
          <Menu.Divider />
          {stopping ? null : (
            <Menu.Item c="var(--sl-failed)" onClick={() => setStops(stopThis)}>
              {stage ? "Stop its run…" : "Stop this query…"}
            </Menu.Item>
          )}
          <Menu.Item
            c="var(--sl-failed)"
            onClick={() =>
              setStops({ title: `Stop all of ${user.name}'s work here`, of: "person", targets: [user.id] })
            }
          >
            Stop all of {user.name}'s work here…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Refusal>{problem?.message}</Refusal>
      {pausing ? (
        <PauseDialog asked={pausing} warehouse={warehouse} onClose={() => setPausing(undefined)} onDone={onChange} />
      ) : null}
      {stops ? (
        <StopDialog asked={stops} warehouse={warehouse.id} onClose={() => setStops(undefined)} onDone={onChange} />
      ) : null}
    </>
  );
}
