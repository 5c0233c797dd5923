"use client";

import { Group, Skeleton, Text } from "@mantine/core";
import { ForeignSessions } from "@/components/admin/foreign-sessions";
import { GateControls } from "@/components/admin/gate-controls";
import { GateMenu } from "@/components/admin/gate-menu";
import classes from "@/components/admin/load.module.css";
import { LoadChart } from "@/components/admin/load-chart";
import { LoadTables } from "@/components/admin/load-tables";
import { ownWords } from "@/components/admin/own-words";
import { PauseList } from "@/components/admin/pause-list";
import { Empty } from "@/components/ui/empty";
import { GateState } from "@/components/ui/gate-state";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { RelativeTime } from "@/components/ui/time";
import { useRest } from "@/components/ui/use-rest";
import type { LoadView } from "@/lib/gate/schema";

interface Shown {
  id: string;
  name: string;
  engine: string;
  /** Everybody's own, in processes of Sluice: nobody else's sessions are there. */
  personal: boolean;
}

/** With the half second that a silent warehouse is waited for (lib/gate/own-load.ts), nothing shown is older than 2 s. */
const everyMs = 1_500;

/** All warehouses on one page, each asked anew while the page is seen. */
export function Load({ warehouses, disks }: { warehouses: Shown[]; disks: string[] }) {
  return (
    <>
      <PageHead title="Load" note="Who runs what, who waits and why. Live.">
        <LinkButton href="/admin/load/limits" variant="default">
          Limits of people and teams
        </LinkButton>
        {warehouses.length > 1 ? (
          <GateMenu warehouse={null} onChange={async () => void window.dispatchEvent(new Event("sluice:gate"))} />
        ) : null}
      </PageHead>
      {disks.map((words) => (
        <ProblemAlert key={words} title="A disk is filling up">
          {words}
        </ProblemAlert>
      ))}
      {warehouses.length === 0 ? (
        <Empty
          title="There is no warehouse yet"
          action={<LinkButton href="/admin/warehouses/new">Add a warehouse</LinkButton>}
        >
          Once there is one, this page shows who runs what there, who waits and why.
        </Empty>
      ) : null}
      {warehouses.map((warehouse) => (
        <WarehouseLoad key={warehouse.id} {...warehouse} />
      ))}
    </>
  );
}

function WarehouseLoad({ id, name, engine, personal }: Shown) {
  const { data, problem, reload } = useRest<LoadView>(`/warehouses/${id}/load`, everyMs);
  const changed = async () => {
    // The top line shows the same gate, and looks less often.
    window.dispatchEvent(new Event("sluice:gate"));
    await reload();
  };
  return (
    <section className={classes.warehouse} aria-label={`Load of ${name}`}>
      <div className={classes.head}>
        <h2>{name}</h2>
        {data ? <GateState gate={data.gate} /> : null}
        <span style={{ flex: 1 }} />
        {data ? (
          <Group gap="xs">
            <GateControls load={data} onChange={changed} />
            <GateMenu warehouse={{ id, name, engine }} onChange={changed} />
          </Group>
        ) : null}
      </div>
      {data ? <PauseList load={data} onChange={changed} /> : null}
      {problem ? (
        <ProblemAlert title={data ? "Not up to date" : "Could not be read"} onRetry={reload}>
          {problem.message}
        </ProblemAlert>
      ) : null}
      {data ? <Slowed gate={data.gate} /> : null}
      {data && (!personal || data.warehouseLoad) ? <Own load={data} engine={engine} /> : null}
      <LoadChart warehouse={{ id, name }} quiet={personal} />
      <div style={problem ? { opacity: 0.6 } : undefined}>
        {data ? <LoadTables load={data} onChange={reload} /> : problem ? null : <Skeleton height={96} />}
      </div>
      {personal ? null : <ForeignSessions warehouse={{ id, name }} />}
    </section>
  );
}

function Slowed({ gate }: { gate: LoadView["gate"] }) {
  if (!gate.slowedSince) return null;
  return (
    <Text className={classes.slowed}>
      Slots: {gate.slotsNow} of {gate.slots}, slowed <RelativeTime at={gate.slowedSince} />
      {gate.slowReason ? ` because ${gate.slowReason}` : ""}. They come back by themselves.
    </Text>
  );
}

function Own({ load: { warehouseLoad: own, problem, saidAt }, engine }: { load: LoadView; engine: string }) {
  return (
    <Text size="xs" c="dimmed" my="xs" style={{ overflowWrap: "anywhere" }}>
      {saidAt ? (
        <>
          Last asked <RelativeTime at={saidAt} />:{" "}
        </>
      ) : null}
      {own ? ownWords(own, engine) : (problem ?? "The warehouse does not say how busy it is.")}
    </Text>
  );
}
