import { z } from "zod";

const named = z.object({ id: z.string(), name: z.string() });
const share = z.number().meta({ description: "Of all seconds that warehouses worked in the period: 0 to 1" });

export const usageQuery = z.strictObject({
  /** Weeks of the chart, this one too. */
  weeks: z.coerce.number().int().min(1).max(104).default(26),
  /** Days, today too, that all the lists look back. */
  days: z.coerce.number().int().min(1).max(366).default(28),
  /** Only people who are in this team now. */
  team: z.string().min(1).max(100).optional(),
});
export type UsageQuery = z.infer<typeof usageQuery>;

export const tableUsageQuery = z.strictObject({
  warehouse: z.string().min(1).max(200),
  /** `schema.table` */
  table: z.string().min(1).max(500),
  days: z.coerce.number().int().min(1).max(3660).default(90),
});

/** Different people of one week (its Monday, UTC); someone who came several ways counts in each and once in `people`. */
export const usageWeek = z.object({
  week: z.string(),
  people: z.number().meta({ description: "By any of page, pipelines and api" }),
  page: z.number().meta({ description: "Ran SQL on a page" }),
  pipelines: z.number().meta({
    description:
      "Published, archived, tried, started or cancelled a pipeline, or paused or resumed its schedule, on a page or by the API; who only looked is not counted",
  }),
  api: z.number().meta({ description: "Ran SQL or started a pipeline with a token" }),
  schedule: z.number().meta({ description: "Had a schedule run under their name; not in people" }),
});
export type UsageWeek = z.infer<typeof usageWeek>;

export const usedTeam = named.extend({
  members: z.number(),
  people: z.number(),
  executions: z.number(),
  /** Tries of stages of pipelines. */
  stages: z.number(),
  /** In which warehouses worked for them: for stages, that they held a slot. */
  seconds: z.number(),
  share,
});
export type UsedTeam = z.infer<typeof usedTeam>;

export const usedQuery = z.object({
  id: z.string(),
  title: z.string(),
  owner: z.string(),
  people: z.number(),
  executions: z.number(),
  seconds: z.number(),
  share,
});
export type UsedQuery = z.infer<typeof usedQuery>;

export const usedTable = z.object({
  warehouse: named,
  table: z.string(),
  people: z.number(),
  /** With stages that read it, as far as their forms and their SQL say so. */
  executions: z.number(),
});
export type UsedTable = z.infer<typeof usedTable>;

export const usedExecution = z.object({
  kind: z.enum(["execution", "stage"]),
  /** Of a stage that of its try. */
  id: z.string(),
  /** Of a stage the run that it is of. */
  run: z.string().nullable(),
  title: z.string(),
  user: z.string(),
  warehouse: z.string(),
  submittedAt: z.string(),
  seconds: z.number(),
  bytes: z.number(),
});
export type UsedExecution = z.infer<typeof usedExecution>;

export const staleQuery = z.object({
  id: z.string(),
  title: z.string(),
  owner: z.string(),
  lastUsed: z.string().nullable(),
});
export type StaleQuery = z.infer<typeof staleQuery>;

export const unopenedTrigger = z.object({
  id: z.string(),
  kind: z.enum(["query", "board", "pipeline"]),
  objectId: z.string().meta({ description: "Its id; of a pipeline its name" }),
  title: z.string(),
  owner: z.string(),
  when: z.string(),
  zone: z.string(),
  /** The last day on which anybody is known to have opened it, or run it by hand. */
  lastOpened: z.string().nullable(),
  /** In those 60 days, as `seconds`. */
  runs: z.number(),
  seconds: z.number(),
  share,
  mayPause: z.boolean(),
});
export type UnopenedTrigger = z.infer<typeof unopenedTrigger>;

export const usageView = z.object({
  /** When today was last added up; null before the first time. */
  countedAt: z.string().nullable(),
  days: z.number(),
  weeks: z.array(usageWeek),
  teams: z.array(usedTeam),
  queries: z.array(usedQuery),
  tables: z.array(usedTable),
  slowest: z.array(usedExecution),
  expensive: z.array(usedExecution),
  stale: z.array(staleQuery),
  /** Refreshes that nobody opened for 60 days, and tell nobody. */
  unopened: z.array(unopenedTrigger),
  /** Since when openings are noted: before 60 days are over, nothing is said to be unopened. */
  openingsSince: z.string(),
  /** The same of pipelines. */
  pipelineOpeningsSince: z.string(),
});
export type UsageView = z.infer<typeof usageView>;

export const tableUsageView = z.object({
  warehouse: named,
  table: z.string(),
  days: z.number(),
  countedAt: z.string().nullable(),
  /** Teams whose reader's catalogue has it. */
  teams: z.array(named.extend({ members: z.number() })),
  /** Everybody who may read it now: in those teams, or an admin. */
  mayRead: z.number(),
  /** Who was answered from it, or opened an answer. */
  people: z.array(
    named.extend({
      executions: z.number().meta({ description: "That they ran, with stages" }),
      openings: z.number().meta({
        description:
          "Stored answers over it that they opened, also of others: each once a day, and none that they ran that day",
      }),
      /** The day on which they last did either. */
      last: z.string(),
      mayStill: z.boolean(),
    }),
  ),
  /** Since when openings are noted. */
  openingsSince: z.string(),
  /** Whom to ask: who vouches for or owns saved queries on it, then who reads it most. */
  ask: z.array(z.object({ id: z.string(), name: z.string(), email: z.string(), why: z.string() })),
});
export type TableUsageView = z.infer<typeof tableUsageView>;
