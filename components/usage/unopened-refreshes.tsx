import Link from "next/link";
import { PauseRefresh } from "@/components/usage/pause-refresh";
import classes from "@/components/usage/usage.module.css";
import { UsageSection } from "@/components/usage/usage-section";
import { dayWords, percent, spent } from "@/components/usage/words";
import { whenWords } from "@/lib/triggers/words";
import type { UnopenedTrigger, UsageView } from "@/lib/usage/schema";

const pathOf = { query: "/queries", board: "/boards", pipeline: "/pipelines" } satisfies Record<
  UnopenedTrigger["kind"],
  string
>;

/** Schedules that could be paused, with a button for those who may. */
export function UnopenedRefreshes({ view }: { view: UsageView }) {
  return (
    <UsageSection
      id="unopened"
      title="Refreshes that nobody opened"
      note={
        <>
          Schedules that tell nobody, and whose answers nobody opened or ran by hand for 60 days. Of a pipeline: nobody
          opened it or a run of it, started it by hand, or read a table that it writes. One that mails, posts, or writes
          where Sluice sees no reader is left out. {pipelineWords(view)}
        </>
      }
      empty={emptyWords(view)}
      head={["Schedule", "Runs", "Warehouse time", "Share", "Pause"]}
      rows={view.unopened.map((one) => ({
        key: one.id,
        cells: [
          <div key="schedule">
            <Link href={`${pathOf[one.kind]}/${one.objectId}`}>{one.title}</Link>
            <div className={classes.quiet}>
              {one.kind === "pipeline" ? "Pipeline · " : ""}
              {whenWords(one.when, one.zone)} · {one.owner} ·{" "}
              {one.lastOpened ? `last opened ${one.lastOpened}` : "never opened"}
            </div>
          </div>,
          one.runs,
          spent(one.seconds),
          percent(one.share),
          one.mayPause ? <PauseRefresh key="pause" id={one.id} title={one.title} /> : `Ask ${one.owner}`,
        ],
      }))}
    />
  );
}

/** 60 days after openings began to be noted. */
const knownFrom = (since: string) => Date.parse(since) + 60 * 86_400_000;

function emptyWords({ openingsSince }: UsageView): string {
  const known = knownFrom(openingsSince);
  if (known <= Date.now()) return "There are none.";
  return `What people open has been noted since ${dayWords(openingsSince)}. From ${dayWords(known)} this list says which refreshes to pause.`;
}

function pipelineWords({ openingsSince, pipelineOpeningsSince }: UsageView): string {
  const known = knownFrom(pipelineOpeningsSince);
  // Where both began together, the list says it of itself.
  if (known <= Date.now() || dayWords(known) === dayWords(knownFrom(openingsSince))) return "";
  return `Pipelines stand here from ${dayWords(known)}: who opens them has been noted since ${dayWords(pipelineOpeningsSince)}.`;
}
