"use client";

import { Skeleton } from "@mantine/core";
import { RowTable } from "@/components/results/row-table";
import classes from "@/components/runs/artifacts.module.css";
import { count } from "@/components/ui/count";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { useRest } from "@/components/ui/use-rest";
import type { ArtifactRows } from "@/lib/artifacts/schema";

interface Props {
  run: string;
  stage: string;
  output: string;
  limit: number;
}

/** Where REST has an artifact of a run. */
export const artifactPath = (run: string, stage: string, output: string): string =>
  `/runs/${run}/artifacts/${encodeURIComponent(stage)}/${encodeURIComponent(output)}`;

/** The first rows of what a stage handed on. */
export function ArtifactPreview({ run, stage, output, limit }: Props) {
  const { data, problem, reload } = useRest<ArtifactRows>(`${artifactPath(run, stage, output)}/rows?limit=${limit}`);
  if (!data)
    return problem ? (
      <ProblemAlert title="These rows cannot be shown" onRetry={() => void reload()}>
        {problem.message}
      </ProblemAlert>
    ) : (
      <Skeleton height={160} radius={6} />
    );
  return (
    <div className={classes.preview}>
      <RowTable label={`First rows of ${output} of ${stage}`} columns={data.columns} rows={data.rows} />
      {data.rows.length === 0 ? <p className={classes.foot}>It has no rows.</p> : null}
      {data.truncated ? (
        <p className={classes.foot}>
          The first {count(data.rows.length, "row")}
          {data.rowCount === null ? "" : ` of ${data.rowCount.toLocaleString("en")}`}
        </p>
      ) : null}
    </div>
  );
}
