import type { Context } from "@/lib/access/context";
import { grantSchemas } from "@/lib/pipelines/grant-schemas";
import { publishPipeline } from "@/lib/pipelines/publish-pipeline";
import { startRun } from "@/lib/runs/start-run";

/** Made from a query every morning, a day at a time, and checked. */
const daily = (team: string, warehouse: string) => `name: daily_active_learners
title: Active learners, every morning
description: How many learners did something on a day, by plan. Each run replaces its own day and leaves the others.
owner: ${team}
triggers:
  - cron: "15 6 * * *"
    timezone: UTC
    missed: latest
stages:
  - id: count
    title: Count the day's learners
    operator: sql-transform@1
    params:
      warehouse: ${warehouse}
      sql: |-
        select ({{ interval.from }}::timestamptz at time zone 'UTC')::date as day,
               l.plan,
               count(distinct e.learner_id) as learners
        from activity_events e
        join learners l on l.id = e.learner_id
        where e.happened_at >= {{ interval.from }}::timestamptz
          and e.happened_at < {{ interval.to }}::timestamptz
        group by l.plan
      table: mart.daily_active_learners
      as: incremental
      mode: partition-overwrite
      time_column: day
  - id: check
    title: Every plan, once
    operator: expect@1
    after: [count]
    params:
      warehouse: ${warehouse}
      table: mart.daily_active_learners
      time_column: day
      checks:
        - {kind: not_null, column: learners}
        - {kind: unique, column: plan}
        - {kind: accepted_values, column: plan, values: [free, plus, school]}
`;

/** A whole table made anew, with what must hold of it. */
const completion = (team: string, warehouse: string) => `name: course_completion
title: How many finish each course
description: One row a course, made anew on weekdays.
owner: ${team}
triggers:
  - cron: "30 6 * * 1-5"
    timezone: UTC
    missed: latest
stages:
  - id: summarise
    title: Enrolments by course
    operator: sql-transform@1
    params:
      warehouse: ${warehouse}
      sql: |-
        select c.id as course_id, c.title, c.subject, c.level,
               count(e.id) as enrolments,
               count(e.completed_at) as completed,
               round(avg(e.score), 1) as average_score
        from courses c
        left join enrolments e on e.course_id = c.id
        group by c.id
      table: mart.course_completion
      as: table
  - id: check
    title: One row a course
    operator: expect@1
    after: [summarise]
    params:
      warehouse: ${warehouse}
      table: mart.course_completion
      checks:
        - {kind: unique, column: course_id}
        - {kind: relationships, column: course_id, to_table: public.courses, to_column: id}
        - {kind: row_count, least: 1}
`;

/** Two stages that hand a table on as a file, started by hand. */
const countries = (team: string, warehouse: string) => `name: learner_countries
title: Where our learners live
description: Takes rows out of the warehouse as a file, and loads them into a table. Started by hand.
owner: ${team}
stages:
  - id: extract
    title: Learners by country and plan
    operator: sql-extract@1
    params:
      warehouse: ${warehouse}
      sql: select country, plan, count(*) as learners from learners group by country, plan order by country, plan
    outputs: {rows: parquet}
  - id: load
    title: Into mart.learner_countries
    operator: load-table@1
    params: {warehouse: ${warehouse}, table: mart.learner_countries, mode: replace}
    inputs: {rows: extract.rows}
`;

/** Pipelines with a first run each, so that a new Sluice has some to open and to change. */
export async function seedDemoPipelines(
  ctx: Context,
  team: { id: string; name: string },
  warehouse: string,
): Promise<void> {
  await grantSchemas(ctx, warehouse, [
    { team: team.id, schema: "mart" },
    { team: team.id, schema: "scratch", scratch: true },
  ]);
  const all = { daily_active_learners: daily, course_completion: completion, learner_countries: countries };
  for (const [name, text] of Object.entries(all)) {
    await publishPipeline(ctx, name, { text: text(team.name, warehouse), format: "yaml" });
    await startRun(ctx, name, {});
  }
}
