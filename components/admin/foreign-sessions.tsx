"use client";

import { Button, Text } from "@mantine/core";
import { useState } from "react";
import classes from "@/components/admin/load.module.css";
import { ReasonDialog } from "@/components/admin/reason-dialog";
import { api } from "@/components/ui/api";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { RelativeTime } from "@/components/ui/time";
import { useRest } from "@/components/ui/use-rest";
import type { ForeignSessionView } from "@/lib/gate/schema";

/** Who else is in the warehouse; asked for only while it is open. */
export function ForeignSessions({ warehouse }: { warehouse: { id: string; name: string } }) {
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.others} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Sessions that are not ours</summary>
      {open ? <List warehouse={warehouse} /> : null}
    </details>
  );
}

function List({ warehouse }: { warehouse: { id: string; name: string } }) {
  const { data, problem, reload } = useRest<{ items: ForeignSessionView[] }>(
    `/warehouses/${warehouse.id}/sessions`,
    5_000,
  );
  const [ending, setEnding] = useState<ForeignSessionView>();
  return (
    <>
      {problem ? (
        <ProblemAlert title={data ? "Not up to date" : "Could not be read"} onRetry={reload}>
          {problem.message}
        </ProblemAlert>
      ) : null}
      {data?.items.length === 0 ? <Text c="dimmed">The reader sees none.</Text> : null}
      <ul className={classes.list}>
        {data?.items.map((one) => (
          <li key={one.id} className={classes.row}>
            <div className={classes.what}>
              <b>{one.user ?? "somebody"}</b>
              {one.application ? ` · ${one.application}` : ""}
              <div className={classes.why}>{wordsOf(one)}</div>
              {one.sql ? <div className={classes.why}>{one.sql.replace(/\s+/g, " ").slice(0, 300)}</div> : null}
            </div>
            {one.since ? (
              <span className={classes.since}>
                <RelativeTime at={one.since} />
              </span>
            ) : null}
            {one.mayEnd ? (
              <Button
                variant="subtle"
                color="red"
                size="compact-sm"
                aria-label={`End the session of ${one.user ?? "somebody"}, ${numberOf(one)}`}
                onClick={() => setEnding(one)}
              >
                End
              </Button>
            ) : (
              <Text size="xs" c="dimmed" maw={120}>
                The reader may not end it
              </Text>
            )}
          </li>
        ))}
      </ul>
      {ending ? (
        <EndDialog session={ending} warehouse={warehouse} onClose={() => setEnding(undefined)} onDone={reload} />
      ) : null}
    </>
  );
}

const numberOf = ({ id }: ForeignSessionView) => id.split(" ")[0];

function wordsOf({ id, database, state, waitsFor, blockedBy }: ForeignSessionView): string {
  const waits = waitsFor ? `waits for ${waitsFor}` : null;
  const behind = blockedBy.length ? `behind ${blockedBy.join(", ")}` : null;
  return [id.split(" ")[0], database, state ?? "state not visible to the reader", waits, behind]
    .filter(Boolean)
    .join(" · ");
}

interface EndProps {
  session: ForeignSessionView;
  warehouse: { id: string; name: string };
  onClose: () => void;
  onDone: () => Promise<void>;
}

function EndDialog({ session, warehouse, onClose, onDone }: EndProps) {
  const whose = [session.user, session.application].filter(Boolean).join(", ");
  const end = async (reason: string) => {
    await api("POST", `/warehouses/${warehouse.id}/sessions/end`, { session: session.id, reason });
    await onDone();
  };
  return (
    <ReasonDialog
      title={`End the session of ${whose || "somebody"}`}
      verb="End the session"
      reasonIs="Stands in the audit log."
      onClose={onClose}
      onConfirm={end}
    >
      It is not Sluice's. Whatever it does in {warehouse.name} is lost, and its program is told nothing but that the
      connection ended.
    </ReasonDialog>
  );
}
