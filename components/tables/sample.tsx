"use client";

import { useState } from "react";
import { ResultView } from "@/components/executions/result-view";
import classes from "@/components/tables/tables.module.css";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";

/** Sample rows are an execution like any other: through the gate, in the history, and only when asked for. */
export function Sample({ warehouse, sql }: { warehouse: string; sql: string }) {
  const [execution, setExecution] = useState<string>();
  const { run, busy, problem } = useAction();
  const read = async () => {
    // What anybody sampled within the hour is as good, and asks the warehouse nothing.
    const body = { warehouse, sql, maxAgeSeconds: 3_600 };
    const asked = await run(() => api<{ id: string }>("POST", "/executions", body));
    if (asked) setExecution(asked.id);
  };
  return (
    <section className={classes.section}>
      <h2>Sample rows</h2>
      <Refusal>{problem?.message}</Refusal>
      {execution ? (
        <div style={{ height: 420, display: "flex", flexDirection: "column" }}>
          <ResultView executionId={execution} inUrl={false} />
        </div>
      ) : (
        <BusyButton variant="default" loading={busy} onClick={read}>
          Show 50 rows
        </BusyButton>
      )}
    </section>
  );
}
