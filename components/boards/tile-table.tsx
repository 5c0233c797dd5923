"use client";

import { Skeleton } from "@mantine/core";
import Link from "next/link";
import classes from "@/components/boards/board.module.css";
import { RowTable, type TableRows } from "@/components/results/row-table";
import { count } from "@/components/ui/count";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { useRest } from "@/components/ui/use-rest";
import type { ExecutionView } from "@/lib/executions/schema";

const shown = 100;

/** The first rows of an answer; all of them are on its own page. */
export function TileTable({ view, title }: { view: ExecutionView; title: string }) {
  const { data, problem, reload } = useRest<TableRows>(`/executions/${view.id}/rows?limit=${shown}`);
  if (!data)
    return problem ? (
      <ProblemAlert title="These rows cannot be shown" onRetry={() => void reload()}>
        {problem.message}
      </ProblemAlert>
    ) : (
      <Skeleton style={{ flex: 1 }} radius={6} />
    );
  return (
    <>
      <RowTable label={`Rows of ${title}`} columns={data.columns} rows={data.rows} grow />
      {(view.rowCount ?? 0) > shown || view.truncated ? (
        <div className={classes.tableFoot}>
          The first {shown} of {count(view.rowCount ?? 0, "row")}
          {view.truncated ? " that are kept; the warehouse has more" : ""}.{" "}
          <Link href={`/executions/${view.id}`} prefetch={false}>
            All of them
          </Link>
        </div>
      ) : null}
    </>
  );
}
