import type { Context } from "@/lib/access/context";
import { saveChart } from "@/lib/charts/save-chart";
import { type ChartSpecInput, chartSpec } from "@/lib/charts/schema";
import { runSavedQuery } from "@/lib/queries/run-saved-query";
import { saveQuery } from "@/lib/queries/save-query";
import type { Parameter } from "@/lib/queries/schema";
import { verifyQuery } from "@/lib/queries/verify-query";

interface DemoQuery {
  title: string;
  description: string;
  sql: string;
  parameters: Parameter[];
  chart?: { title: string; spec: ChartSpecInput };
}

const countries: DemoQuery = {
  title: "Countries of our learners",
  description: "The choices of the country list in other queries.",
  sql: `select country, count(*) as learners
from learners
group by country
order by learners desc`,
  parameters: [],
};

const active = (countriesId: string): DemoQuery => ({
  title: "Active learners by day",
  description:
    "Who did something on a day, by plan. Choose a country or another period; **without a country it is all of them**.",
  sql: `select date_trunc('day', e.happened_at)::date as day,
       l.plan,
       count(distinct e.learner_id) as learners
from activity_events e
join learners l on l.id = e.learner_id
where e.happened_at >= {{period.from}}
  and e.happened_at < {{period.to}}
  [[and l.country = {{country}}]]
group by 1, 2
order by 1, 2`,
  parameters: [
    { name: "country", label: "Country", type: "queryList", query: countriesId, column: "country" },
    { name: "period", label: "Period", type: "dateRange", default: "last 90 days", required: true },
  ],
  chart: {
    title: "Active learners by day and plan",
    spec: { type: "line", x: "day", y: [{ column: "learners", aggregate: "sum" }], series: "plan", bucket: "day" },
  },
});

const finished: DemoQuery = {
  title: "How many finish a course",
  description: "Enrolments, how many of them were completed, and the average score, by subject.",
  sql: `select c.subject,
       c.level,
       count(*) as enrolments,
       count(e.completed_at) as completed,
       round(avg(e.score), 1) as average_score
from enrolments e
join courses c on c.id = e.course_id
where c.level = any({{level}})
group by 1, 2
order by 1, 2`,
  parameters: [
    {
      name: "level",
      label: "Level",
      type: "multi",
      options: ["beginner", "intermediate", "advanced"].map((value) => ({ value })),
      default: ["beginner", "intermediate", "advanced"],
      required: true,
    },
  ],
  chart: {
    title: "Completed courses by subject",
    spec: {
      type: "bar",
      x: "subject",
      y: [{ column: "completed", aggregate: "sum" }],
      series: "level",
      stack: "stacked",
    },
  },
};

/** Saved queries with parameters, charts and a first answer, so that a new Sluice has something to open and to change. */
export async function seedDemoQueries(ctx: Context, teamId: string, warehouse: string): Promise<void> {
  const add = async ({ chart, ...query }: DemoQuery): Promise<string> => {
    const { id } = await saveQuery(ctx, { ...query, warehouse, team: teamId, tags: ["demo"] });
    await verifyQuery(ctx, id, { verified: true });
    if (chart)
      await saveChart(ctx, { title: chart.title, spec: chartSpec.parse(chart.spec), of: { kind: "query", id } });
    await runSavedQuery(ctx, id, {});
    return id;
  };
  const source = await add(countries);
  await add(finished);
  await add(active(source));
}
