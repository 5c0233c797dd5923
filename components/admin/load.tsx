"use client";

import { Group, Skeleton, Text } from "@mantine/core";
import { GateControls } from "@/components/admin/gate-controls";
import { GateMenu } from "@/components/admin/gate-menu";
import classes from "@/components/admin/load.module.css";
import { LoadTables } from "@/components/admin/load-tables";
import { PauseList } from "@/components/admin/pause-list";
import { Empty } from "@/components/ui/empty";
import { GateState } from "@/components/ui/gate-state";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { useRest } from "@/components/ui/use-rest";
import type { LoadView } from "@/lib/gate/schema";

/** All warehouses on one page, each asked anew every 1.5 s while the page is seen; less often where there are many. */
export function Load({ warehouses }: { warehouses: { id: string; name: string }[] }) {
  const everyMs = 1_500 * Math.max(1, Math.ceil(warehouses.length / 4));
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
      {warehouses.length === 0 ? (
        <Empty
          title="There is no warehouse yet"
          action={<LinkButton href="/admin/warehouses/new">Add a warehouse</LinkButton>}
        >
          Once there is one, this page shows who runs what there, who waits and why.
        </Empty>
      ) : null}
      {warehouses.map((warehouse) => (
        <WarehouseLoad key={warehouse.id} {...warehouse} everyMs={everyMs} />
      ))}
    </>
  );
}

function WarehouseLoad({ id, name, everyMs }: { id: string; name: string; everyMs: number }) {
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
            <GateMenu warehouse={{ id, name }} onChange={changed} />
          </Group>
        ) : null}
      </div>
      {data ? <PauseList load={data} onChange={changed} /> : null}
      {problem ? (
        <ProblemAlert title={data ? "Not up to date" : "Could not be read"} onRetry={reload}>
          {problem.message}
        </ProblemAlert>
      ) : null}
      {data ? <Own load={data} /> : null}
      <div style={problem ? { opacity: 0.6 } : undefined}>
        {data ? <LoadTables load={data} onChange={reload} /> : problem ? null : <Skeleton height={96} />}
      </div>
    </section>
  );
}

function Own({ load: { warehouseLoad: own, problem } }: { load: LoadView }) {
  return (
    <Text size="xs" c="dimmed" mb="xs" style={{ overflowWrap: "anywhere" }}>
      {own
        ? `The warehouse itself, everybody's work included: ${own.active} active, ${own.waiting} waiting for locks or the like, ${own.idleInTransaction} idle in a transaction.`
        : (problem ?? "The warehouse does not say how busy it is.")}
    </Text>
  );
}
