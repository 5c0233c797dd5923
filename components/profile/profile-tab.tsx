"use client";

import { Button, Skeleton, Text } from "@mantine/core";
import { useState } from "react";
import { ColumnCard } from "@/components/profile/column-card";
import classes from "@/components/profile/profile.module.css";
import { count } from "@/components/ui/count";
import { Empty } from "@/components/ui/empty";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { useRest } from "@/components/ui/use-rest";
import type { ProfileView } from "@/lib/charts/schema";

const batch = 10;

/** What each column of a result holds, some columns at a time: each takes a pass over the rows. */
export function ProfileTab({ executionId, columns }: { executionId: string; columns: number }) {
  const [shown, setShown] = useState(batch);
  const starts = Array.from({ length: Math.ceil(Math.min(shown, columns) / batch) }, (_, i) => i * batch);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={classes.frame} aria-label="Profile of the columns" tabIndex={0}>
      <div className={classes.cards}>
        {starts.map((offset) => (
          <Batch key={offset} executionId={executionId} offset={offset} />
        ))}
      </div>
      {shown < columns ? (
        <Button variant="default" mt={12} onClick={() => setShown(shown + batch)}>
          {count(Math.min(batch, columns - shown), "more column")}
        </Button>
      ) : null}
    </section>
  );
}

function Batch({ executionId, offset }: { executionId: string; offset: number }) {
  const { data, problem, reload } = useRest<ProfileView>(
    `/executions/${executionId}/profile?offset=${offset}&limit=${batch}`,
  );
  if (problem)
    return (
      <ProblemAlert title="These columns cannot be profiled now" onRetry={() => void reload()}>
        {problem.message}
      </ProblemAlert>
    );
  if (!data)
    return (
      <>
        <Skeleton height={208} radius={6} />
        <Skeleton height={208} radius={6} />
        <Skeleton height={208} radius={6} />
      </>
    );
  if (data.rowCount === 0) return <Empty title="The result has no rows">There is nothing to profile.</Empty>;
  return (
    <>
      {data.truncated && offset === 0 ? (
        <Text size="xs" c="dimmed" style={{ gridColumn: "1 / -1" }}>
          Truncated: of the {count(data.rowCount, "row")} that are kept. The warehouse has more.
        </Text>
      ) : null}
      {data.columns.map((column) => (
        <ColumnCard key={column.column} executionId={executionId} column={column} rowCount={data.rowCount} />
      ))}
    </>
  );
}
