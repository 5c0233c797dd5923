import { z } from "zod";
import { createTeamSchema, teamView, updateTeamSchema } from "@/lib/teams/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { confirm, yesFlag } from "../confirm";
import { Failure } from "../failure";
import { place } from "../place";
import { jsonFlag, printJson, printList } from "../print";
import { personId, teamId, teamOf } from "../whom";

type Team = z.infer<typeof teamView>;
const list = z.object({ items: z.array(teamView) });
const made = z.object({ id: z.string(), name: z.string() });
const named = ({ words: [team = ""] }: Given) => team;

function print(given: Given, team: Team): undefined {
  if (given.is("json")) return printJson(team);
  process.stdout.write(`${team.name} (${team.id})\n`);
  return printList(given, team.members, { name: (one) => one.name, email: (one) => one.email, id: (one) => one.id });
}

/** Each person by themselves, so that whoever else changes the team meanwhile is not undone. */
async function members(given: Given, method: "PUT" | "DELETE"): Promise<undefined> {
  const client: Client = clientOf(given);
  const [, ...people] = given.words;
  const id = await teamId(client, named(given));
  const ids = await Promise.all(people.map((one) => personId(client, one)));
  for (const person of ids) await client.open(place("teams", id, "members", person), { method });
  return print(given, await teamOf(client, id));
}

export const teamCommands: Command[] = [
  {
    name: "teams",
    words: [],
    summary: "List teams, and how many people are in each",
    flags: jsonFlag,
    async run(given) {
      const { items } = await clientOf(given).ask("/teams", list);
      return printList(given, items, {
        name: (one) => one.name,
        people: (one) => one.members.length,
        id: (one) => one.id,
      });
    },
  },
  {
    name: "teams show",
    words: ["<team>"],
    summary: "Who is in a team",
    flags: jsonFlag,
    run: async (given) => print(given, await teamOf(clientOf(given), named(given))),
  },
  {
    name: "teams create",
    words: ["<name>"],
    summary: "Make a team, and print its id",
    flags: jsonFlag,
    async run(given) {
      const asked = createTeamSchema.safeParse({ name: named(given) });
      if (!asked.success) throw new Failure(`${asked.error.issues[0]?.message}`);
      const team = await clientOf(given).ask("/teams", made, { method: "POST", body: asked.data });
      if (given.is("json")) return printJson(team);
      process.stdout.write(`${team.id}\n`);
      return undefined;
    },
  },
  {
    name: "teams rename",
    words: ["<team>", "<name>"],
    summary: "Call a team otherwise; who is in it and what it was granted stays",
    flags: jsonFlag,
    async run(given) {
      const client = clientOf(given);
      const [team = "", wanted] = given.words;
      const asked = updateTeamSchema.safeParse({ name: wanted });
      if (!asked.success) throw new Failure(`${asked.error.issues[0]?.message}`);
      const id = await teamId(client, team);
      await client.open(place("teams", id), { method: "PATCH", body: asked.data });
      return print(given, await teamOf(client, id));
    },
  },
  {
    name: "teams add",
    words: ["<team>", "<who...>"],
    summary: "Put people into a team, by e-mail or id; the others stay",
    flags: jsonFlag,
    run: (given) => members(given, "PUT"),
  },
  {
    name: "teams remove",
    words: ["<team>", "<who...>"],
    summary: "Take people out of a team, by e-mail or id; the others stay",
    flags: jsonFlag,
    run: (given) => members(given, "DELETE"),
  },
  {
    name: "teams delete",
    words: ["<team>"],
    summary: "Delete a team and what it was granted",
    flags: yesFlag,
    async run(given) {
      const client = clientOf(given);
      const { id, name, members } = await teamOf(client, named(given));
      const lose = members.length === 1 ? "its one member loses" : `its ${members.length} members lose`;
      const what = members.length === 0 ? "nobody is in it" : `${lose} what only it was granted`;
      await confirm(given, `This deletes the team ${name}: ${what}.`);
      await client.open(place("teams", id), { method: "DELETE" });
      return undefined;
    },
  },
];
