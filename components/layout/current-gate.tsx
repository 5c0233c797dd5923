"use client";

import { Tooltip } from "@mantine/core";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { useEffect } from "react";
import { useAbout } from "@/components/layout/about-warehouse";
import classes from "@/components/layout/shell.module.css";
import { GateState } from "@/components/ui/gate-state";
import { useRest } from "@/components/ui/use-rest";
import type { GateView } from "@/lib/gate/schema";

export interface NamedWarehouse {
  id: string;
  name: string;
}

/** The gate of the warehouse that this page is about, and of the first by name where it is about none. */
export function CurrentGate({ warehouses, role }: { warehouses: NamedWarehouse[]; role: string }) {
  const path = usePathname();
  const about = useAbout();
  const inQuery = useSearchParams().get("warehouse");
  const asked = about ?? inQuery ?? inPath(path);
  const current = warehouses.find(({ id, name }) => asked === id || asked === name) ?? warehouses[0];
  return current ? <Gate key={current.id} {...current} role={role} /> : null;
}

function inPath(path: string): string | undefined {
  const part = /^\/(?:tables|admin\/warehouses)\/([^/]+)/.exec(path)?.[1];
  return part && decodeURIComponent(part);
}

function Gate({ id, name, role }: NamedWarehouse & { role: string }) {
  const { data, reload } = useRest<GateView>(`/warehouses/${encodeURIComponent(id)}/gate`, 10_000);
  useEffect(() => {
    const look = () => void reload();
    window.addEventListener("sluice:gate", look);
    return () => window.removeEventListener("sluice:gate", look);
  }, [reload]);
  const slots = data
    ? `${data.running} of ${data.slotsNow} slots${data.slotsNow < data.slots ? ` (slowed down from ${data.slots})` : ""}, ${data.waiting} waiting`
    : "";
  const label = data?.paused ? `Paused${data.reason ? `: ${data.reason}` : ""}` : slots;
  const state = (
    <>
      <span className={classes.gateName}>{name}</span>
      {data ? <GateState gate={data} brief /> : <span style={{ width: 62 }} />}
    </>
  );
  return (
    <Tooltip label={label} disabled={!data} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      {role === "admin" ? (
        <Link className={classes.gate} href="/admin/load" aria-label={`Gate of ${name}: ${label}`}>
          {state}
        </Link>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the reason of a pause shows on focus, too
        <span className={classes.gate} tabIndex={0} role="status" aria-label={`Gate of ${name}: ${label}`}>
          {state}
        </span>
      )}
    </Tooltip>
  );
}
