import { z } from "zod";
import type { Client } from "./client";
import { exits, Failure } from "./failure";

const teams = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });
const people = z.object({
  items: z.array(z.object({ id: z.string(), email: z.string() })),
  next: z.string().nullable(),
});

/** A team by its name or id. */
export async function teamId(client: Client, given: string): Promise<string> {
  const { items } = await client.ask("/teams", teams);
  const found = items.find(({ id, name }) => id === given || name === given);
  if (!found) throw new Failure(`There is no team "${given}".`, exits.missing);
  return found.id;
}

/** A person by e-mail or id; also a service account, by its id. */
export async function personId(client: Client, given: string): Promise<string> {
  if (!given.includes("@")) return given;
  for (let after = ""; ; ) {
    const { items, next } = await client.ask(`/users?limit=200${after}`, people);
    const found = items.find(({ email }) => email.toLowerCase() === given.toLowerCase());
    if (found) return found.id;
    if (next === null) throw new Failure(`There is nobody with the address ${given}.`, exits.missing);
    after = `&cursor=${encodeURIComponent(next)}`;
  }
}
