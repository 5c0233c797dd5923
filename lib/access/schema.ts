import { z } from "zod";
import { scopes } from "./policy";

export const createTokenSchema = z.strictObject({
  name: z.string().trim().min(1, "Give it a name.").max(100),
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length).default(["*"]),
  /** Null never expires. */
  expiresInDays: z.number().int().min(1).max(3_650).nullable().default(90),
});

export const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  /** The token that came after it; both work until it expires. */
  replacedBy: z.string().nullable(),
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
