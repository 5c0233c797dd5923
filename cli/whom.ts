import { z } from "zod";
import { teamView } from "@/lib/teams/schema";
import type { Client } from "./client";
import type { Given } from "./command";
import { exits, Failure } from "./failure";
import { either } from "./from-flags";
import { allPages } from "./pages";

const teams = z.object({ items: z.array(teamView) });
const person = z.object({ id: z.string(), email: z.string() });

/** A team by its name or id, with who is in it. */
export async function teamOf(client: Client, given: string): Promise<z.infer<typeof teamView>> {
  const { items } = await client.ask("/teams", teams);
  const found = items.find(({ id, name }) => id === given || name === given);
  if (!found) throw new Failure(`There is no team "${given}".`, exits.missing);
  return found;
}

export const teamId = async (client: Client, given: string): Promise<string> => (await teamOf(client, given)).id;

/** A person by e-mail or id; also a service account, by its id. */
export async function personId(client: Client, given: string): Promise<string> {
  if (!given.includes("@")) return given;
  const items = await allPages(client, "/users", person, { q: given });
  const found = items.find(({ email }) => email.toLowerCase() === given.toLowerCase());
  if (!found) throw new Failure(`There is nobody with the address ${given}.`, exits.missing);
  return found.id;
}

/** What the API calls a team or person that somebody named; of what has no other name that name. */
export async function idOf(client: Client, kind: string, given: string): Promise<string> {
  if (kind === "team") return teamId(client, given);
  return kind === "person" ? personId(client, given) : given;
}

/** Whose something is, of flags of which one says it; null for none. @throws Failure for several */
export function oneOf<Kind extends string>(given: Given, kinds: readonly Kind[]): { kind: Kind; name: string } | null {
  const [kind, another] = kinds.filter((one) => given.text(one) !== undefined);
  if (another) throw new Failure(`Give one of ${either(kinds.map((one) => `--${one}`))}, not several.`);
  return kind ? { kind, name: given.text(kind) ?? "" } : null;
}

export const workKinds = ["lane", "team", "person", "token"] as const;

/** Whose work is meant, by flags that may stand more than once. @throws Failure for several kinds: it would be several orders */
export async function whoseWork(
  client: Client,
  given: Given,
): Promise<{ of: "everything" } | { of: (typeof workKinds)[number]; targets: string[] }> {
  const [of, another] = workKinds.filter((kind) => given.list(kind).length > 0);
  if (another) throw new Failure("Name lanes, teams, people or tokens, one kind at a time.");
  if (!of) return { of: "everything" };
  return { of, targets: await Promise.all(given.list(of).map((one) => idOf(client, of, one))) };
}
