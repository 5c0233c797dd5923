"use client";

import { IconHourglass } from "@tabler/icons-react";
import Link from "next/link";
import classes from "@/components/runs/runs.module.css";
import { RelativeTime } from "@/components/ui/time";
import { useRest } from "@/components/ui/use-rest";
import type { DownstreamView, RunView } from "@/lib/runs/schema";

/** Who waits for what this run has not brought yet: its own stages, and what reads the tables that it writes. */
export function Downstream({ run }: { run: RunView }) {
  const { data } = useRest<DownstreamView>(`/runs/${run.id}/downstream`);
  const failed = run.stages.some(({ state }) => state === "failed" || state === "cancelled");
  const stages = failed ? run.stages.filter(({ state }) => state === "skipped" || state === "waiting") : [];
  const items = data?.items ?? [];
  if (stages.length === 0 && items.length === 0) return null;
  return (
    <section className={classes.waiting} aria-label="Who is waiting">
      <h2>
        <IconHourglass size={14} aria-hidden /> Who is waiting
      </h2>
      <ul>
        {stages.length > 0 ? (
          <li>
            {stages.length === 1 ? "A stage of this run" : `${stages.length} stages of this run`}:{" "}
            {stages
              .slice(0, 10)
              .map(({ id, title }) => title ?? id)
              .join(", ")}
            {stages.length > 10 ? ` and ${stages.length - 10} more` : ""}
          </li>
        ) : null}
        {items.map(({ kind, title, url, owner, tables, nextAt }) => (
          <li key={url}>
            {kind === "pipeline" ? "The pipeline" : "The query"} <Link href={new URL(url).pathname}>{title}</Link> of{" "}
            {owner} reads {tables.join(", ")}
            {nextAt ? (
              <>
                {" "}
                and runs next <RelativeTime at={nextAt} />
              </>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
