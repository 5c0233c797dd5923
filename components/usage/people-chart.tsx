import classes from "@/components/usage/usage.module.css";
import type { UsageWeek } from "@/lib/usage/schema";

const dayOf = (week: string) =>
  new Date(`${week}T00:00:00Z`).toLocaleDateString("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });

/** The ways by which people came, in the order of their bars. */
const ways = [
  { of: "page", name: "Query page", className: classes.page },
  { of: "pipelines", name: "Pipelines", className: classes.pipelines },
  { of: "api", name: "API", className: classes.api },
] as const;

const said = ({ week, people, page, pipelines, api }: UsageWeek) =>
  `Week of ${dayOf(week)}: ${people} ${people === 1 ? "person" : "people"}, ${page} on the query page, ${pipelines} for pipelines, ${api} by the API`;

/** Different people of each week as bars, and within each by which way they came, with all numbers in a table that folds. */
export function PeopleChart({ weeks }: { weeks: UsageWeek[] }) {
  const most = Math.max(1, ...weeks.map(({ people }) => people));
  const [first, last] = [weeks[0], weeks.at(-1)];
  return (
    <>
      <ul className={classes.legend} aria-label="Colours of the bars">
        <li>
          <span className={classes.all} />
          All people
        </li>
        {ways.map(({ of, name, className }) => (
          <li key={of}>
            <span className={className} />
            {name}
          </li>
        ))}
      </ul>
      <ul className={classes.chart} aria-label="People of each week">
        {weeks.map((one) => (
          <li key={one.week} title={said(one)}>
            <span className={classes.number}>{one.people}</span>
            <div className={`${classes.bars} ${classes.all}`} style={{ height: `${(one.people / most) * 88}%` }}>
              {ways.map(({ of, className }) => (
                <span
                  key={of}
                  className={className}
                  style={{ height: `${(one[of] / Math.max(1, one.people)) * 100}%` }}
                />
              ))}
            </div>
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
              {ways.map(({ of, name }) => (
                <th key={of}>{name}</th>
              ))}
              <th>Schedules</th>
            </tr>
          </thead>
          <tbody>
            {weeks.toReversed().map((one) => (
              <tr key={one.week}>
                <td>{dayOf(one.week)}</td>
                <td>{one.people}</td>
                {ways.map(({ of }) => (
                  <td key={of}>{one[of]}</td>
                ))}
                <td>{one.schedule}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
