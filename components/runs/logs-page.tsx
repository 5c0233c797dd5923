"use client";

import { Button, Skeleton } from "@mantine/core";
import { IconDownload, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { parseAsBoolean, parseAsString, useQueryStates } from "nuqs";
import { useTransition } from "react";
import historyClasses from "@/components/executions/history.module.css";
import classes from "@/components/runs/log.module.css";
import { LogsFilters } from "@/components/runs/logs-filters";
import { useAllLines } from "@/components/runs/use-all-lines";
import { LinkButton } from "@/components/ui/link-button";
import { NotIsolated } from "@/components/ui/not-isolated";
import { ExactTime } from "@/components/ui/time";
import type { LineOfAll, LinesPage } from "@/lib/runs/schema";

const LogLines = dynamic(() => import("@/components/runs/log-lines").then((found) => found.LogLines<LineOfAll>), {
  ssr: false,
  loading: () => <Skeleton height={420} />,
});

interface Props {
  first: LinesPage;
  /** The filters, as REST takes them. */
  asked: string;
  /** The same as the address has them: what it begins anew with. */
  place: string;
  pipelines: { name: string; title: string | null }[];
  /** Of the chosen pipeline. */
  stages: string[];
}

/** What all runs printed: as it comes, and searched back as far as one asks. */
export function LogsPage({ place, stages, ...rest }: Props) {
  const [pending, startTransition] = useTransition();
  const known = [...new Set([...stages, ...rest.first.items.map(({ stage }) => stage)])].sort();
  return (
    <>
      <LogsFilters pipelines={rest.pipelines} stages={known} startTransition={startTransition} />
      <section
        className={`${classes.log} ${classes.page} ${pending ? historyClasses.pending : ""}`}
        aria-label="Lines of all runs"
        aria-busy={pending}
      >
        <Lines key={place} {...rest} />
      </section>
    </>
  );
}

function Lines({ first, asked, pipelines }: Omit<Props, "place" | "stages">) {
  const params = useSearchParams();
  const [{ line: marked, live: wanted }, setPlace] = useQueryStates({
    line: parseAsString,
    live: parseAsBoolean.withDefault(true),
  });
  const to = new URLSearchParams(asked).get("to");
  const open = marked === null && (to === null || to > first.at);
  const live = open && wanted;
  const { lines, next, searchedTo, looking, problem, older } = useAllLines(first, asked, live);
  const titles = new Map(pipelines.map(({ name, title }) => [name, title ?? name]));
  const newest = new URLSearchParams(params);
  newest.delete("line");
  const counted = lines.length === 1 ? "1 line" : `${lines.length.toLocaleString("en")} lines`;
  return (
    <>
      <div className={classes.logBar}>
        <span className={classes.meta} role="status">
          {problem ?? `${counted}${live ? ", live" : ""}${next ? "; there are more before them" : ""}`}
        </span>
        {marked ? (
          <LinkButton href={`/logs?${newest}`} variant="default">
            To the newest
          </LinkButton>
        ) : open ? (
          <Button
            variant="default"
            leftSection={wanted ? <IconPlayerPause size={14} aria-hidden /> : <IconPlayerPlay size={14} aria-hidden />}
            onClick={() => void setPlace({ live: wanted ? false : null })}
          >
            {wanted ? "Hold" : "Go on live"}
          </Button>
        ) : null}
        <Button
          component="a"
          href={`/api/v1/logs/lines?${asked}`}
          download="logs.ndjson"
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          Download
        </Button>
      </div>
      <LogLines
        lines={lines}
        dated
        above={next ? <Before searchedTo={searchedTo} looking={looking} onLook={older} /> : null}
        empty={
          searchedTo
            ? "Nothing found so far"
            : asked
              ? "No line is like that"
              : "What stages print stands here, as soon as a pipeline runs"
        }
        hrefOf={({ id }) => `/logs?${new URLSearchParams([...newest, ["line", id]])}`}
        marked={({ id }) => id === marked}
        lead={({ run, pipeline, stage, notIsolated }) => (
          <>
            <Link href={`/runs/${run}?stage=${encodeURIComponent(stage)}`} prefetch={false}>
              <span className={classes.of}>{titles.get(pipeline) ?? pipeline}</span>
              <span className={classes.stage}>{` · ${stage}`}</span>
            </Link>
            {notIsolated ? <NotIsolated focusable={false} /> : null}
          </>
        )}
      />
    </>
  );
}

function Before(props: { searchedTo: string | null; looking: boolean; onLook: () => Promise<void> }) {
  const { searchedTo, looking, onLook } = props;
  return (
    <div className={classes.above}>
      <Button variant="default" size="xs" loading={looking} onClick={() => void onLook()}>
        {searchedTo ? "Look further back" : "Lines before these"}
      </Button>
      {searchedTo ? (
        <span className={classes.meta} role="status">
          Searched back to <ExactTime at={searchedTo} />: what is older has not been looked at yet.
        </span>
      ) : null}
    </div>
  );
}
