import classes from "@/components/usage/usage.module.css";
import type { UsageWeek } from "@/lib/usage/schema";

const dayOf = (week: string) =>
  new Date(`${week}T00:00:00Z`).toLocaleDateString("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });

/** Different people of each week as bars, with all numbers in a table that folds. */
export function PeopleChart({ weeks }: { weeks: UsageWeek[] }) {
  const most = Math.max(1, ...weeks.map(({ people }) => people));
  const [first, last] = [weeks[0], weeks.at(-1)];
  return (
    <>
      <ul className={classes.chart} aria-label="People of each week">
        {weeks.map(({ week, people, page, api }) => (
          <li
            key={week}
            title={`Week of ${dayOf(week)}: ${people} people, ${page} on the query page, ${api} by the API`}
          >
            <span className={classes.number}>{people}</span>
            <div className={classes.bar} style={{ height: `${(people / most) * 88}%` }} />
          </li>
        ))}
      </ul>
      <p className={classes.ends}>
        <span>{first ? `Week of ${dayOf(first.week)}` : ""}</span>
        <span>{last ? `This week, since ${dayOf(last.week)}` : ""}</span>
      </p>
      <details className={classes.folded}>
        <summary>All numbers</summary>
        <table className={classes.table}>
          <thead>
            <tr>
              <th>Week of</th>
              <th>People</th>
              <th>Query page</th>
              <th>API</th>
              <th>With schedules</th>
            </tr>
          </thead>
          <tbody>
            {weeks.toReversed().map(({ week, people, page, api, schedule }) => (
              <tr key={week}>
                <td>{dayOf(week)}</td>
                <td>{people}</td>
                <td>{page}</td>
                <td>{api}</td>
                <td>{schedule}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
