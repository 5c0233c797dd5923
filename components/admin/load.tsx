"use client";

import { Text } from "@mantine/core";
import { GateControls } from "@/components/admin/gate-controls";
import classes from "@/components/admin/load.module.css";
import { LoadTables } from "@/components/admin/load-tables";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { useRest } from "@/components/ui/use-rest";
import type { LoadView } from "@/lib/gate/schema";

/** All warehouses on one page, each asked anew every 1.5 s while the page is seen. */
export function Load({ warehouses }: { warehouses: { id: string; name: string }[] }) {
  return (
    <>
      <PageHead title="Load" note="Who runs what, who waits and why. Live." />
      {warehouses.length === 0 ? (
        <Empty
          title="There is no warehouse yet"
          action={<LinkButton href="/admin/warehouses/new">Add a warehouse</LinkButton>}
        />
      ) : null}
      {warehouses.map((warehouse) => (
        <WarehouseLoad key={warehouse.id} {...warehouse} />
      ))}
    </>
  );
}

function WarehouseLoad({ id, name }: { id: string; name: string }) {
  const { data, problem, reload } = useRest<LoadView>(`/warehouses/${id}/load`, 1500);
  return (
    <section className={classes.warehouse} aria-label={`Load of ${name}`}>
      <div className={classes.head}>
        <h2>{name}</h2>
        <span className={classes.state}>{data ? <GateState load={data} /> : "Asking"}</span>
        <span style={{ flex: 1 }} />
        {data ? <GateControls load={data} onChange={reload} /> : null}
      </div>
      {problem ? (
        <ProblemAlert title={data ? "Not up to date" : "Could not be read"} onRetry={reload}>
          {problem.message}
        </ProblemAlert>
      ) : null}
      {data ? <Own load={data} /> : null}
      <div style={problem ? { opacity: 0.6 } : undefined}>
        {data ? <LoadTables load={data} onChange={reload} /> : <div style={{ height: 160 }} />}
      </div>
    </section>
  );
}

function GateState({ load }: { load: LoadView }) {
  const { gate, used } = load;
  if (gate.paused) {
    return (
      <span style={{ color: "var(--sl-late)", fontWeight: 500 }}>● Paused{gate.reason ? `: ${gate.reason}` : ""}</span>
    );
  }
  const full = used >= gate.slots;
  return (
    <>
      <span style={{ color: full ? "var(--sl-late)" : "var(--sl-succeeded)", fontWeight: 500 }}>
        ● {full ? "Full" : "Open"}
      </span>{" "}
      · {used} of {gate.slots} slots
    </>
  );
}

function Own({ load: { warehouseLoad: own, problem } }: { load: LoadView }) {
  return (
    <Text size="xs" c="dimmed" mb="xs">
      {own
        ? `The warehouse itself says: ${own.active} active, ${own.waiting} waiting on locks or other waits, ${own.idleInTransaction} idle in a transaction.`
        : (problem ?? "The warehouse does not say how busy it is.")}
    </Text>
  );
}
