import { z } from "zod";
import { lanes } from "@/lib/executions/schema";
import { scopes } from "./policy";

export const createTokenSchema = z.strictObject({
  name: z.string().trim().min(1, "Give it a name.").max(100),
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length).default(["*"]),
  /** Null never expires. */
  expiresInDays: z.number().int().min(1).max(3_650).nullable().default(90),
  /** The foremost that it may stand in; null: as any program's. Only admins give interactive and api. */
  lane: z.enum(lanes).nullable().default(null),
  /** How many statements it may run in an hour, as a limit of its own; null: as the company and assistants have it. */
  statementsPerHour: z.number().int().min(1).max(1_000_000).nullable().default(null),
});

/** What is left out stays. */
export const updateTokenSchema = z.strictObject({
  /** Null: as any program's. Only admins put one further forward; further back, what waits of it goes along. */
  lane: z.enum(lanes).nullable().optional(),
  /** Null: no limit of its own. Only admins give more than it has. */
  statementsPerHour: z.number().int().min(1).max(1_000_000).nullable().optional(),
});

export const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  lane: z.enum(lanes).nullable(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  /** The token that came after it; both work until it expires. */
  replacedBy: z.string().nullable(),
});

/** As a list has it: with whose it is, and what holds it. */
export const listedToken = tokenView.extend({
  /** `service`: the team whose service account it is; null: a person. */
  owner: z.object({ id: z.string(), name: z.string(), email: z.string(), service: z.string().nullable() }),
  /** Its own, by lib/gate/schema.ts; the company's hold for it too. */
  limits: z.array(z.object({ name: z.string(), value: z.number() })),
  /** By a pause of this token, anywhere. */
  paused: z.boolean(),
});

export const tokensQuery = z.strictObject({
  /** `1`: everybody's and all service accounts', for admins; without it one's own. */
  all: z.enum(["0", "1"]).default("0"),
  q: z.string().max(200).optional(),
  cursor: z.string().min(1).max(100).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
});

export const rotateTokenSchema = z.strictObject({
  /** How long the old value works on. */
  overlapHours: z.number().min(0).max(720).default(24),
});

export const sessionView = z.object({
  id: z.string(),
  /** Whether it is the one that asks. */
  current: z.boolean(),
  createdAt: z.string(),
  lastSeenAt: z.string(),
  expiresAt: z.string(),
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
});

export const auditView = z.object({
  id: z.string(),
  at: z.string(),
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  tokenId: z.string().nullable(),
  action: z.string(),
  object: z.string(),
  /** What the object is called today. */
  objectName: z.string().nullable(),
  /** Its page, below our own origin. */
  url: z.string().nullable(),
  detail: z.unknown(),
  address: z.string().nullable(),
});

/** Rights: each is off until it is allowed; what else needs one is added here. */
export const rights = ["download", "image", "link"] as const;
export type Right = (typeof rights)[number];
export const rightScopes = ["role", "team", "person"] as const;

export const rightRequest = z.strictObject({
  right: z.enum(rights),
  scope: z.enum(rightScopes),
  /** A role's name (viewer, editor, admin), or the id of a team or person. */
  id: z.string().min(1).max(100),
  allowed: z.boolean(),
});
export type RightRequest = z.infer<typeof rightRequest>;

export const rightView = z.object({
  right: z.enum(rights),
  scope: z.enum(rightScopes),
  id: z.string(),
  /** What the role, team or person is called. */
  name: z.string(),
  at: z.string(),
  /** Null: it came with the installation. */
  by: z.object({ id: z.string(), name: z.string() }).nullable(),
});
export type RightView = z.infer<typeof rightView>;

export const viewAsSchema = z.strictObject({ person: z.string().min(1).max(100) });

export const viewAsView = z.object({ person: z.object({ id: z.string(), name: z.string() }), until: z.string() });
