import { z } from "zod";

const name = z.string().trim().min(1, "Give it a name.").max(100);

export const createTeamSchema = z.strictObject({ name });
export const updateTeamSchema = z.strictObject({
  name: name.optional(),
  /** Ids of people: who is in the team from now on. */
  members: z.array(z.string().min(1).max(100)).max(10_000).optional(),
});
export const teamView = z.object({
  id: z.string(),
  name: z.string(),
  members: z.array(z.object({ id: z.string(), name: z.string(), email: z.string() })),
});
