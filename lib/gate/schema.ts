import { z } from "zod";
import { type Lane, lanes } from "@/lib/executions/schema";

export { type Lane, lanes };

export const gateView = z.object({
  slots: z.number().int(),
  /** 0 is no limit. */
  perUser: z.number().int(),
  /** Pieces of work that hold a slot now, and that wait for one. */
  running: z.number().int(),
  waiting: z.number().int(),
  paused: z.boolean(),
  reason: z.string().nullable(),
  /** Who paused it, when, and when it goes on by itself. */
  pausedBy: z.string().nullable(),
  pausedAt: z.string().nullable(),
  until: z.string().nullable(),
  /** Whoever paused it waits for what runs to end: empty once `running` is 0. */
  draining: z.boolean(),
  /** Slots given now: fewer than `slots` while the warehouse is slowed down, since when and why. */
  slotsNow: z.number().int(),
  slowedSince: z.string().nullable(),
  slowReason: z.string().nullable(),
  /** Minutes after which interactive work that no page watches is ended; null: never. */
  unwatchedMinutes: z.number().int().nullable(),
});
export type GateView = z.infer<typeof gateView>;

/** Null: never. */
export const unwatchedMinutes = z.number().int().min(1).max(10_080).nullable();

export const gatePatch = z.strictObject({
  slots: z.number().int().min(1).max(1000).optional(),
  perUser: z.number().int().min(0).max(1000).optional(),
  paused: z.boolean().optional(),
  reason: z.string().max(500).nullable().optional(),
  unwatchedMinutes: unwatchedMinutes.optional(),
});
export type GatePatch = z.infer<typeof gatePatch>;

const named = z.object({ id: z.string(), name: z.string() });

export const limitScopes = ["company", "warehouse", "team", "person", "token"] as const;
export type LimitScope = (typeof limitScopes)[number];

/**
 * What a limit may be of, and in which scopes. `running` and `waiting` count all work of a scope (a team's: its
 * members'), `…PerPerson` each person's within it; the others are of one statement, `bytesPerDay` of one person's day
 * (UTC), where what a statement may read is held for it while it runs. Of several that apply the narrowest wins. A
 * warehouse's own slots and number per person are its gate's. Stages of pipelines are bound by what counts work, by
 * `seconds` (for which they hold a slot) and by the bytes of their jobs: docs/decisions/0080-what-limits-bind-a-stage.md.
 */
export const limitNames = {
  running: ["company", "team", "person", "token"],
  runningPerPerson: ["company", "team"],
  waiting: ["company", "warehouse", "team", "person", "token"],
  waitingPerPerson: ["company", "warehouse", "team"],
  seconds: limitScopes,
  rows: limitScopes,
  storedBytes: limitScopes,
  /** As the engine's plan estimates them (PostgreSQL). */
  rowsRead: limitScopes,
  bytesPerQuery: limitScopes,
  bytesPerDay: ["company", "warehouse", "team", "person"],
  requestsPerMinute: ["company", "token"],
  /** Of each token; an assistant's without one of its own has MCP_STATEMENTS_PER_HOUR. */
  statementsPerHour: ["company", "token"],
} as const satisfies Record<string, readonly LimitScope[]>;
export type LimitName = keyof typeof limitNames;

const limitNameList = Object.keys(limitNames) as [LimitName, ...LimitName[]];
const limitOf = {
  scope: z.enum(limitScopes),
  /** Of whom; the company needs none. A warehouse also by name. */
  id: z.string().min(1).max(200).optional(),
  name: z.enum(limitNameList),
};
const limitValue = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

export const limitRequest = z.strictObject({
  ...limitOf,
  /** Null takes it away. */
  value: limitValue.nullable(),
});
export type LimitRequest = z.infer<typeof limitRequest>;

/** Of a warehouse also `running` and `runningPerPerson`: the slots of its gate, and those that one person may hold. */
export const limitPreviewRequest = z.strictObject({ ...limitOf, value: limitValue });
export type LimitPreviewRequest = z.infer<typeof limitPreviewRequest>;

export const limitsQuery = z.strictObject({
  scope: z.enum(limitScopes).optional(),
  id: z.string().min(1).max(100).optional(),
});
export type LimitsQuery = z.infer<typeof limitsQuery>;

export const limitView = z.object({
  scope: z.enum(limitScopes),
  id: z.string().nullable(),
  /** Null for the company. */
  title: z.string().nullable(),
  name: z.enum(limitNameList),
  value: z.number(),
  at: z.string(),
  by: named.nullable(),
});
export type LimitView = z.infer<typeof limitView>;

export const limitPreview = z.object({
  /** Of the last 7 days. */
  affected: z.number().int(),
  total: z.number().int(),
  /** What would have happened to them; `days` are one person's days. */
  unit: z.enum(["waits", "refusals", "stops", "cuts", "days"]),
  /** Whom it would have met most. */
  people: z.array(z.object({ id: z.string(), name: z.string(), affected: z.number().int() })),
  /** How it was counted, in words. */
  basis: z.string(),
});
export type LimitPreview = z.infer<typeof limitPreview>;

export const pauseKinds = ["everything", "lane", "team", "person", "token"] as const;
export type PauseKind = (typeof pauseKinds)[number];

const reason = z.string().max(500);

export const pauseRequest = z.strictObject({
  /** An id or a name; without one every warehouse. */
  warehouse: z.string().min(1).max(200).optional(),
  of: z.enum(pauseKinds),
  /** Names of lanes, or ids of teams, people or tokens. */
  targets: z.array(z.string().min(1).max(100)).max(100).optional(),
  reason: reason.optional(),
  /** When it ends by itself. */
  until: z.iso.datetime({ offset: true }).optional(),
  /** Says that whoever pauses waits for what runs to end. */
  drain: z.boolean().optional(),
  /** Tells the people concerned, in their inbox. */
  tell: z.boolean().optional(),
});
export type PauseRequest = z.infer<typeof pauseRequest>;

export const pausesQuery = z.strictObject({
  warehouse: z.string().min(1).max(200).optional(),
  ended: z.enum(["true", "false"]).default("false"),
});
export type PausesQuery = z.infer<typeof pausesQuery>;

export const pauseView = z.object({
  id: z.string(),
  /** Null: every warehouse. */
  warehouse: named.nullable(),
  of: z.enum(pauseKinds),
  targets: z.array(named),
  reason: z.string().nullable(),
  drain: z.boolean(),
  told: z.boolean(),
  until: z.string().nullable(),
  at: z.string(),
  by: named.nullable(),
  endedAt: z.string().nullable(),
});
export type PauseView = z.infer<typeof pauseView>;

const stopOf = {
  of: z.enum([...pauseKinds, "execution"]),
  /** Names of lanes, or ids; none for everything. An execution's, or that of a stage's attempt as the load page has it. */
  targets: z.array(z.string().min(1).max(100)).max(200).optional(),
  state: z.enum(["all", "waiting", "running"]).optional(),
};
const saysWhose = ({ of, targets = [] }: { of: string; targets?: string[] | undefined }) =>
  (of === "everything") === (targets.length === 0);
const sayWhose = { path: ["targets"], message: "Say whose work is stopped; for everything leave it out." };

export const stopPreviewRequest = z.strictObject(stopOf).refine(saysWhose, sayWhose);
export type StopOf = z.infer<typeof stopPreviewRequest>;

export const stopRequest = z
  .strictObject({
    ...stopOf,
    /** Everybody whose work it is reads it. */
    reason: z.string().trim().min(1, "Say why: everybody whose work it is reads it.").max(500),
  })
  .refine(saysWhose, sayWhose);
export type StopRequest = z.infer<typeof stopRequest>;

/** What a stop would end as things stand: what comes meanwhile is stopped with it, what ends meanwhile is not. */
export const stopPreview = z.object({
  executions: z.number().int(),
  /** Runs of pipelines, as wholes. */
  runs: z.number().int(),
});

export const stopAnswer = z.object({
  /** Executions. */
  stopped: z.number().int(),
  /** Runs of pipelines, cancelled as wholes. */
  runs: z.number().int(),
  /** Executions and runs that one request did not come to: ask again until there is none. */
  left: z.number().int(),
});

export type StopAnswer = z.infer<typeof stopAnswer>;

export const moveRequest = z.strictObject({ to: z.enum(["first", "last"]) });
export type MoveRequest = z.infer<typeof moveRequest>;

export const loadView = z.object({
  warehouse: z.object({ id: z.string(), name: z.string() }),
  gate: gateView,
  /** Those that hold something back here now, newest first. */
  pauses: z.array(pauseView),
  used: z.number().int(),
  running: z.array(
    z.object({
      /** A stage of a pipeline has its attempt's id (stopping and moving take it as well), its run's address, and its name where others have SQL. */
      kind: z.enum(["execution", "stage"]),
      executionId: z.string(),
      url: z.string(),
      user: named,
      sql: z.string(),
      lane: z.string(),
      token: named.nullable(),
      state: z.enum(["admitted", "running", "stopping"]),
      since: z.string(),
      rows: z.number().nullable(),
      /** Median of its last successful runs: of the very same, else of its saved query; null where there are none. */
      usualSeconds: z.number().nullable(),
      backendPid: z.number().nullable(),
    }),
  ),
  waiting: z.array(
    z.object({
      kind: z.enum(["execution", "stage"]),
      executionId: z.string(),
      url: z.string(),
      user: named,
      sql: z.string(),
      lane: z.string(),
      token: named.nullable(),
      since: z.string(),
      position: z.number(),
      /** An admin has put it before all others. */
      raised: z.boolean(),
      reason: z.string(),
    }),
  ),
  waitingTotal: z.number().int(),
  /** The warehouse's own view; null when it does not answer, with the reason. One that takes longer
   *  than half a second stands as it was last sampled. */
  warehouseLoad: z
    .object({
      active: z.number(),
      waiting: z.number(),
      /** Null where the engine, or the reader's role, does not say. */
      idleInTransaction: z.number().nullable(),
      /** Of the waiting those that wait for a lock, null where the engine does not say; of the active those that are not ours. */
      blocked: z.number().nullable(),
      foreign: z.number(),
      oldestSeconds: z.number().nullable(),
      /** Whether the reader sees the sessions of others; else the numbers are of its own. */
      whole: z.boolean(),
      engineSlots: z.number().optional(),
      cpu: z.number().optional(),
      memory: z.number().optional(),
    })
    .nullable(),
  problem: z.string().nullable(),
  /** When it said that, or that problem was met; null: just now. */
  saidAt: z.string().nullable(),
  /** The same against what an admin calls hot, which is 1 and more, and what makes it so; null where it says nothing. */
  heat: z.object({ heat: z.number(), words: z.string() }).nullable(),
});
export type LoadView = z.infer<typeof loadView>;

/** What only some engines say of themselves: of another nothing would ever be hot by it, so it is not taken there. */
export const saidBy = {
  hotOldestMinutes: (engine: string) => engine !== "duckdb",
  hotEngineSlots: (engine: string) => engine === "bigquery",
};

export const heatView = z.object({
  /** Whether slots are narrowed while the warehouse is hot. */
  slowDown: z.boolean(),
  /** So many sessions that wait, or that are active (null: not looked at), are hot. */
  hotWaiting: z.number().int(),
  hotActive: z.number().int().nullable(),
  /** So is an oldest transaction (of BigQuery: job) of so many minutes, and so many of BigQuery's slots in use; null: not looked at. */
  hotOldestMinutes: z.number().int().nullable(),
  hotEngineSlots: z.number().int().nullable(),
  /** Minutes of heat after which admins are told; null: never. */
  alertMinutes: z.number().int().nullable(),
  /** Told as well. */
  webhook: z.string().nullable(),
});
export type HeatView = z.infer<typeof heatView>;

export const heatPatch = z.strictObject({
  slowDown: z.boolean().optional(),
  hotWaiting: z.number().int().min(1).max(100_000).optional(),
  hotActive: z.number().int().min(1).max(100_000).nullable().optional(),
  hotOldestMinutes: z.number().int().min(1).max(100_000).nullable().optional(),
  hotEngineSlots: z.number().int().min(1).max(1_000_000).nullable().optional(),
  alertMinutes: z.number().int().min(1).max(1_440).nullable().optional(),
  webhook: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .nullable()
    .optional(),
  /** Signs what is sent to the webhook; without it one is made, and shown once. */
  webhookSecret: z.string().min(16).max(200).optional(),
});
export type HeatPatch = z.infer<typeof heatPatch>;

export const heatSaved = z.object({
  ...heatView.shape,
  /** Of a webhook that was just set without a secret. */
  webhookSecret: z.string().nullable(),
});

export const decisionKinds = ["pause", "resume", "limit", "slots", "slow", "stop", "move", "session"] as const;

export const loadHistory = z.object({
  from: z.string(),
  to: z.string(),
  /** How much time one point is; each number is the most of it, `slots` the least. */
  minutes: z.number().int(),
  points: z.array(
    z.object({
      at: z.string(),
      /** Null where the warehouse said nothing. */
      active: z.number().nullable(),
      foreign: z.number().nullable(),
      waiting: z.number().nullable(),
      heat: z.number().nullable(),
      /** Of ours: pieces of work in slots and before the gate, and slots given. */
      used: z.number(),
      queued: z.number(),
      slots: z.number(),
    }),
  ),
  /** What the gate and admins did meanwhile, oldest first; at most 500. */
  decisions: z.array(
    z.object({ at: z.string(), kind: z.enum(decisionKinds), text: z.string(), by: z.string().nullable() }),
  ),
});
export type LoadHistory = z.infer<typeof loadHistory>;

export const foreignSession = z.object({
  id: z.string(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  database: z.string().nullable(),
  state: z.string().nullable(),
  since: z.string().nullable(),
  waitsFor: z.string().nullable(),
  blockedBy: z.array(z.string()),
  sql: z.string().nullable(),
  mayEnd: z.boolean(),
});
export type ForeignSessionView = z.infer<typeof foreignSession>;

export const endSessionRequest = z.strictObject({
  /** As the list has it. */
  session: z.string().min(1).max(300),
  reason: z.string().trim().min(1, "Say why: it stands in the audit log.").max(500),
});
export type EndSessionRequest = z.infer<typeof endSessionRequest>;

export const endSessionAnswer = z.object({
  /** `gone`: it had ended before it was asked to. */
  outcome: z.enum(["ended", "gone"]),
});
