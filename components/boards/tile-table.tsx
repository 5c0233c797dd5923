"use client";

import { Skeleton } from "@mantine/core";
import Link from "next/link";
import classes from "@/components/boards/board.module.css";
import { count } from "@/components/ui/count";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { useRest } from "@/components/ui/use-rest";
import type { ExecutionView } from "@/lib/executions/schema";

const shown = 100;

interface Page {
  columns: { name: string; type: string }[];
  rows: (string | number | boolean | null)[][];
}

const isNumber = (type: string) => /^(small|big)?int|integer|numeric|decimal|real|double|float/i.test(type);

/** The first rows of an answer; all of them are on its own page. */
export function TileTable({ view, title }: { view: ExecutionView; title: string }) {
  const { data, problem, reload } = useRest<Page>(`/executions/${view.id}/rows?limit=${shown}`);
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
      <section
        style={{ flex: 1, minHeight: 0, overflow: "auto" }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        aria-label={`Rows of ${title}`}
      >
        <table className={classes.table}>
          <thead>
            <tr>
              {data.columns.map(({ name, type }, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name, and none moves
                <th key={at} scope="col" data-number={isNumber(type) || undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row, r) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a stored answer never move
              <tr key={r}>
                {row.map((cell, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as the columns
                  <td key={at} data-number={isNumber(data.columns[at]?.type ?? "") || undefined}>
                    {cell === null ? <span className={classes.null}>null</span> : cellText(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
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

const cellText = (cell: string | number | boolean) =>
  typeof cell === "number" ? cell.toLocaleString("en-US", { maximumFractionDigits: 20 }) : String(cell);
