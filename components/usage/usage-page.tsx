import { Button, NativeSelect } from "@mantine/core";
import Link from "next/link";
import { PageHead } from "@/components/ui/page-head";
import { size } from "@/components/ui/size";
import { RelativeTime } from "@/components/ui/time";
import { PeopleChart } from "@/components/usage/people-chart";
import { UnopenedRefreshes } from "@/components/usage/unopened-refreshes";
import classes from "@/components/usage/usage.module.css";
import { UsageSection } from "@/components/usage/usage-section";
import { percent, spent } from "@/components/usage/words";
import type { UsageView, UsedExecution } from "@/lib/usage/schema";

interface Props {
  view: UsageView;
  asked: { days: number; team?: string };
}

/** How Sluice is used: plain links and a form, so that the page's address is its whole state. */
export function UsagePage({ view, asked }: Props) {
  const { days } = view;
  return (
    <>
      <PageHead
        title="Usage"
        note={
          view.countedAt ? (
            <>
              Counted from all executions and stages of pipelines, the past ones too; last{" "}
              <RelativeTime at={view.countedAt} />. Days and weeks are UTC’s.
            </>
          ) : (
            "Nothing was counted yet: a worker does it within a minute of its start."
          )
        }
      />
      <form className={classes.filters}>
        <NativeSelect label="Look back" name="days" defaultValue={String(asked.days)}>
          {[7, 28, 90, 365].map((each) => (
            <option key={each} value={each}>
              {each} days
            </option>
          ))}
        </NativeSelect>
        <NativeSelect label="Team" name="team" defaultValue={asked.team ?? ""}>
          <option value="">Everybody</option>
          {view.teams
            .toSorted((a, b) => a.name.localeCompare(b.name))
            .map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
        </NativeSelect>
        <Button type="submit" size="sm" variant="default">
          Show
        </Button>
      </form>
      <section aria-label="People a week">
        <h2>People a week</h2>
        <p className={classes.note}>
          Different people who ran a query, or built, changed, tried or ran a pipeline, on a page or by the API; who
          only looked is not counted. Schedules are nobody.
        </p>
        <PeopleChart weeks={view.weeks} />
      </section>
      <UsageSection
        id="teams"
        title="Teams"
        note={`The last ${days} days, by who is in a team today. A stage takes a warehouse’s time while it holds a slot there.`}
        empty="There are no teams yet."
        head={["Team", "People", "Executions and stages", ...workHead.slice(1)]}
        rows={view.teams.map((team) => ({
          key: team.id,
          cells: [
            <Link key="team" href={`/usage?${new URLSearchParams({ days: String(asked.days), team: team.id })}`}>
              {team.name}
            </Link>,
            `${team.people} of ${team.members}`,
            ...workCells(team),
          ],
        }))}
      />
      <UsageSection
        id="queries"
        title="Most used queries"
        note="By the number of people who ran them, of the warehouses that you may use."
        empty={`No saved query was run in the last ${days} days.`}
        head={["Query", "People", ...workHead]}
        rows={view.queries.map((query) => ({
          key: query.id,
          cells: [
            <div key="query">
              <Link href={`/queries/${query.id}`}>{query.title}</Link>
              <div className={classes.quiet}>{query.owner}</div>
            </div>,
            query.people,
            ...workCells(query),
          ],
        }))}
      />
      <UsageSection
        id="tables"
        title="Most used tables"
        note="As far as the text of SQL and the forms of stages tell, of what your reader sees. A table’s own page says who may read it, who did, and whom to ask."
        empty={`No table was read in the last ${days} days.`}
        head={["Table", "People", "Executions"]}
        rows={view.tables.map(({ warehouse, table, people, executions }) => ({
          key: `${warehouse.id} ${table}`,
          cells: [
            <div key="table">
              <Link href={tablePath(warehouse.name, table)}>{table}</Link>
              <div className={classes.quiet}>{warehouse.name}</div>
            </div>,
            people,
            executions.toLocaleString("en-US"),
          ],
        }))}
      />
      <Executions
        id="slowest"
        title="Slowest"
        days={days}
        items={view.slowest}
        what="Took"
        by={(one) => spent(one.seconds)}
      />
      <Executions
        id="expensive"
        title="Most expensive"
        days={days}
        items={view.expensive}
        what="Read"
        by={(one) => size(one.bytes)}
        note="By the bytes that the warehouse says it read; only some engines say it."
      />
      <UnopenedRefreshes view={view} />
      <UsageSection
        id="stale"
        title="Stale queries"
        note="Saved queries that nobody ran, opened or changed for 90 days, and no board shows. Yours come first."
        empty="There are none."
        head={["Query", "Last used"]}
        rows={view.stale.map(({ id, title, owner, lastUsed }) => ({
          key: id,
          cells: [
            <div key="query">
              <Link href={`/queries/${id}`}>{title}</Link>
              <div className={classes.quiet}>{owner}</div>
            </div>,
            lastUsed ?? "never",
          ],
        }))}
      />
    </>
  );
}

const workHead = ["Executions", "Warehouse time", "Share"];

interface Work {
  executions: number;
  stages?: number;
  seconds: number;
  share: number;
}

function workCells({ executions, stages = 0, seconds, share }: Work): string[] {
  const counts = [executions, ...(stages > 0 ? [stages] : [])].map((count) => count.toLocaleString("en-US"));
  return [counts.join(" + "), spent(seconds), percent(share)];
}

/** The warehouse's time that went into one list's executions and stages. */
function Executions(props: {
  id: string;
  title: string;
  days: number;
  items: UsedExecution[];
  what: string;
  by: (one: UsedExecution) => string;
  note?: string;
}) {
  return (
    <UsageSection
      id={props.id}
      title={props.title}
      note={props.note}
      empty={`Nothing of the last ${props.days} days that you may open.`}
      head={["Execution or stage", "When", props.what]}
      rows={props.items.map((one) => ({
        key: `${one.id} ${one.warehouse}`,
        cells: [
          <div key="execution">
            <Link href={one.run === null ? `/executions/${one.id}` : `/runs/${one.run}`}>{one.title}</Link>
            <div className={classes.quiet}>
              {one.user} · {one.warehouse}
            </div>
          </div>,
          <RelativeTime key="when" at={one.submittedAt} />,
          props.by(one),
        ],
      }))}
    />
  );
}

function tablePath(warehouse: string, table: string): string {
  const dot = table.indexOf(".");
  return `/tables/${[warehouse, table.slice(0, dot), table.slice(dot + 1)].map(encodeURIComponent).join("/")}`;
}
