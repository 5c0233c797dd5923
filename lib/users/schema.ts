import { z } from "zod";
import { listedToken, tokenView } from "@/lib/access/schema";

const email = z
  .email("This is no e-mail address.")
  .max(320)
  .transform((text) => text.toLowerCase());
const name = z.string().trim().min(1, "Give a name.").max(200);
const role = z.enum(["viewer", "editor", "admin"]);
const password = z.string().min(10, "A password has at least 10 characters.").max(1_000);

/** A zone that this runtime knows, as `Europe/Berlin`. */
export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, "There is no such time zone; use one like Europe/Berlin.");

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export const createUserSchema = z.strictObject({
  email,
  name,
  role: role.default("viewer"),
  /** Left out, the person first signs in by a one-time link. */
  password: password.optional(),
  teams: z.array(z.string().min(1).max(100)).max(200).default([]),
});

export const updateUserSchema = z.strictObject({
  name: name.optional(),
  role: role.optional(),
  disabled: z.boolean().optional(),
  password: password.optional(),
  /** Revokes their tokens too, which a new password leaves alone: programs run by them. */
  revokeTokens: z.boolean().optional(),
});

export const updateSelfSchema = z.strictObject({
  name: name.optional(),
  timeZone: timeZone.nullable().optional(),
  /** The first steps of the home page are put away, or back. */
  firstStepsHidden: z.boolean().optional(),
  password: password.optional(),
  /** Needed to change the password, unless there is none yet or the session began by a one-time link. */
  currentPassword: z.string().max(1_000).optional(),
});

export const createServiceAccountSchema = z.strictObject({
  name,
  /** Id or name. */
  team: z.string().min(1).max(100),
  role: z.enum(["viewer", "editor"]).default("editor"),
});

export const serviceAccountView = z.object({
  id: z.string(),
  name: z.string(),
  role,
  team: z.object({ id: z.string(), name: z.string() }),
  /** With their own limits. */
  tokens: z.array(tokenView.extend({ limits: listedToken.shape.limits })),
});
export type ServiceAccountView = z.infer<typeof serviceAccountView>;

export const userView = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  timeZone: z.string().nullable(),
  disabled: z.boolean(),
  hasPassword: z.boolean(),
  createdAt: z.string(),
  /** When a browser of theirs last asked for something. */
  lastSeenAt: z.string().nullable(),
  teams: z.array(z.object({ id: z.string(), name: z.string() })),
  /** A team's service account, and no person. */
  service: z.boolean(),
});
export type UserView = z.infer<typeof userView>;
