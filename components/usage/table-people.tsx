"use client";

import { count } from "@/components/ui/count";
import { useRest } from "@/components/ui/use-rest";
import classes from "@/components/usage/usage.module.css";
import { UsageSection } from "@/components/usage/usage-section";
import { dayWords } from "@/components/usage/words";
import type { TableUsageView } from "@/lib/usage/schema";

/** Whom to ask about a table, who may read it and who did. */
export function TablePeople({ warehouse, table }: { warehouse: string; table: string }) {
  const { data, problem } = useRest<TableUsageView>(`/usage/tables?${new URLSearchParams({ warehouse, table })}`);
  if (problem) return problem.code === "not_found" ? null : <p role="alert">{problem.message}</p>;
  if (!data) return null;
  const teams = data.teams.map(({ name, members }) => `${name} (${count(members, "member")})`);
  const list = new Intl.ListFormat("en", { type: "conjunction" }).format(teams);
  return (
    <>
      <UsageSection
        id="ask"
        title="Whom to ask about it"
        empty="Nobody has used it through Sluice yet. Ask an admin."
        head={["Person", "E-mail"]}
        rows={data.ask.map(({ id, name, email, why }) => ({
          key: id,
          cells: [
            <div key="who">
              {name}
              <div className={classes.quiet}>{why}</div>
            </div>,
            <a key="mail" href={`mailto:${email}`}>
              {email}
            </a>,
          ],
        }))}
      />
      <UsageSection
        id="read"
        title="Who saw it"
        note={`${data.mayRead === 1 ? "One person" : `${data.mayRead} people`} may read it: ${list ? `${list}, and admins` : "admins only"}. In the last ${data.days} days these ran something on it, or opened an answer over it that was stored, as far as the SQL’s text tells. ${openedWords(data)}`}
        empty="Nobody, in that time."
        head={["Person", "Ran", "Opened", "Last"]}
        rows={data.people.map(({ id, name, executions, openings, last, mayStill }) => ({
          key: id,
          cells: [
            <div key="who">
              {name}
              {mayStill ? null : <div className={classes.quiet}>may not any more</div>}
            </div>,
            executions.toLocaleString("en-US"),
            openings.toLocaleString("en-US"),
            last,
          ],
        }))}
      />
    </>
  );
}

/** How openings are counted, and since when, where that is not all of the time. */
function openedWords({ days, openingsSince }: TableUsageView): string {
  const all = Date.now() - Date.parse(openingsSince) >= days * 86_400_000;
  return `Each answer counts once a day.${all ? "" : ` Openings have been noted since ${dayWords(openingsSince)}.`}`;
}
