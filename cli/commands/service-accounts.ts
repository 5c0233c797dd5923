import { z } from "zod";
import { createServiceAccountSchema, serviceAccountView } from "@/lib/users/schema";
import { type Client, clientOf } from "../client";
import type { Command } from "../command";
import { Failure } from "../failure";
import { fromFlags, texts } from "../from-flags";
import { place } from "../place";
import { jsonFlag, printList } from "../print";
import { makeToken, tokenFlags } from "./tokens";

const list = z.object({ items: z.array(serviceAccountView) });
const made = z.object({ id: z.string(), name: z.string() });

/** By its id, or its name where only one has it. */
async function accountId(client: Client, given: string): Promise<string> {
  const { items } = await client.ask("/service-accounts", list);
  const found = items.filter(({ id, name }) => id === given || name === given);
  const [one] = found;
  if (!one || found.length > 1)
    throw new Failure(`${one ? "Several service accounts are" : "No service account is"} called "${given}".`);
  return one.id;
}

export const serviceAccountCommands: Command[] = [
  {
    name: "service-accounts",
    words: [],
    summary: "Accounts of teams that no person is, and how many tokens each has",
    flags: jsonFlag,
    async run(given) {
      const { items } = await clientOf(given).ask("/service-accounts", list);
      return printList(given, items, {
        name: (one) => one.name,
        team: (one) => one.team.name,
        role: (one) => one.role,
        tokens: (one) => one.tokens.length,
        id: (one) => one.id,
      });
    },
  },
  {
    name: "service-accounts create",
    words: ["<name>"],
    summary: "Make one for a team, and print its id",
    flags: {
      team: { value: "TEAM", help: "Whose it is, by name or id" },
      role: { value: "ROLE", help: "viewer, or editor, which it is without this" },
    },
    async run(given) {
      const asked = createServiceAccountSchema.safeParse({
        name: given.words[0],
        ...fromFlags(given, texts("team", "role")),
      });
      if (!asked.success) throw new Failure("Give a name, --team, and perhaps --role viewer or editor.");
      const { id } = await clientOf(given).ask("/service-accounts", made, { method: "POST", body: asked.data });
      process.stdout.write(`${id}\n`);
      return undefined;
    },
  },
  {
    name: "service-accounts token",
    words: ["<account>", "<name>"],
    summary: "Make a token that speaks for it, and print its value, once",
    flags: tokenFlags,
    async run(given) {
      const client = clientOf(given);
      const id = await accountId(client, given.words[0] ?? "");
      return makeToken(given, client, place("service-accounts", id, "tokens"), given.words[1]);
    },
  },
];
