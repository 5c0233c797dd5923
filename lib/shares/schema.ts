import { z } from "zod";

/** Shapes of shares on the wire. Pure: the browser uses them too. */

export const sharedKinds = ["execution", "query", "chart", "board"] as const;
export type SharedKind = (typeof sharedKinds)[number];
export const audiences = ["person", "team", "company", "link"] as const;
export const rights = ["see", "run"] as const;

const id = z.string().min(1).max(100);
const named = z.object({ id: z.string(), name: z.string() });

/** What is shared. */
export const objectSchema = z.strictObject({ kind: z.enum(sharedKinds), id });
export type ObjectRef = z.infer<typeof objectSchema>;

export const createShareSchema = z
  .strictObject({
    kind: z.enum(sharedKinds),
    id,
    audience: z.enum(audiences),
    /** The person's or the team's id; for the company and a link none. */
    to: id.nullable().default(null),
    /** `run`: this saved version with other values, under the sharer's grant. */
    allows: z.enum(rights).default("see"),
    /** Null never ends, which a link may not. */
    expiresInDays: z.number().int().min(1).max(365).nullable().default(null),
  })
  .refine(({ audience, to }) => (audience === "person" || audience === "team") === (to !== null), {
    path: ["to"],
    message: "Name whom to share with: a person or a team, and nobody for the company or a link.",
  })
  .refine(({ audience, expiresInDays }) => audience !== "link" || expiresInDays !== null, {
    path: ["expiresInDays"],
    message: "A link ends after some days: give a number from 1 to 365.",
  });
export type CreateShare = z.infer<typeof createShareSchema>;

export const shareView = z.object({
  id: z.string(),
  kind: z.enum(sharedKinds),
  objectId: z.string(),
  audience: z.enum(audiences),
  /** The person or team; null for the company and a link. */
  to: named.nullable(),
  allows: z.enum(rights),
  sharer: named,
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  /** Why it opens nothing now, in words; null while it does. */
  closed: z.string().nullable(),
  openings: z.object({ count: z.number(), people: z.number(), last: z.string().nullable() }),
  /** Whether the one who asks may revoke it. */
  mayRevoke: z.boolean(),
});
export type ShareView = z.infer<typeof shareView>;

/** `url` of a link is in this answer only. */
export const madeShareView = shareView.extend({ url: z.string() });
export type MadeShare = z.infer<typeof madeShareView>;

export const sharesQuery = z.strictObject({ kind: z.enum(sharedKinds), id });

export const sharedWithMeView = z.object({
  id: z.string(),
  kind: z.enum(sharedKinds),
  objectId: z.string(),
  title: z.string(),
  /** Where it opens, below our own origin. */
  path: z.string(),
  sharer: named,
  audience: z.enum(audiences),
  allows: z.enum(rights),
  at: z.string(),
  expiresAt: z.string().nullable(),
});
export type SharedWithMe = z.infer<typeof sharedWithMeView>;

/** People and teams to share with or to mention. */
export const peopleQuery = z.strictObject({
  q: z.string().max(200).default(""),
  /** Both without it. */
  kind: z.enum(["person", "team"]).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
export const whoView = z.object({
  kind: z.enum(["person", "team"]),
  id: z.string(),
  name: z.string(),
  /** A person's address; null for a team. */
  email: z.string().nullable(),
});
export type WhoFound = z.infer<typeof whoView>;
