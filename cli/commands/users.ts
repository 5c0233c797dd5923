import { z } from "zod";
import { createUserSchema, type UserView, userView } from "@/lib/users/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { confirm, yesFlag } from "../confirm";
import { Failure } from "../failure";
import { fromFlags, texts } from "../from-flags";
import { allPages } from "../pages";
import { place } from "../place";
import { jsonFlag, printFields, printJson, printList } from "../print";
import { personId } from "../whom";

const link = z.object({ url: z.string(), expiresAt: z.string() });
const who = ["<who>"];
const whoNote = "WHO is an e-mail address or an id; a service account goes by its id.";

const stateOf = (one: UserView) => (one.disabled ? "deactivated" : one.lastSeenAt ? "active" : "invited");

const whereIs = async (client: Client, given: Given) => place("users", await personId(client, given.words[0] ?? ""));

function print(given: Given, { teams, ...one }: UserView): undefined {
  if (given.is("json")) return printJson({ ...one, teams });
  return printFields(given, { ...one, teams: teams.map(({ name }) => name).join(", ") });
}

/** Changes one, and shows them as they are then. */
async function change(given: Given, body: object, client = clientOf(given)): Promise<undefined> {
  return print(given, await client.ask(await whereIs(client, given), userView, { method: "PATCH", body }));
}

const makeLink = (client: Client, id: string) =>
  client.ask(place("users", id, "sign-in-link"), link, { method: "POST", body: {} });

/** The address alone on stdout, so that a script can send it. */
function printLink(given: Given, made: z.infer<typeof link>, more: object = {}): undefined {
  if (given.is("json")) return printJson({ ...more, ...made });
  process.stdout.write(`${made.url}\n`);
  process.stderr.write(`It signs them in once, until ${made.expiresAt}, and is not shown again.\n`);
  return undefined;
}

async function invite(given: Given): Promise<undefined> {
  const [email = ""] = given.words;
  const asked = createUserSchema.safeParse({
    ...{ email, name: given.text("name") ?? email.split("@")[0], teams: given.list("team") },
    ...fromFlags(given, texts("role")),
  });
  if (!asked.success) throw new Failure(`${asked.error.issues[0]?.path.join(".")}: ${asked.error.issues[0]?.message}`);
  const client = clientOf(given);
  const person = await client.ask("/users", userView, { method: "POST", body: asked.data });
  process.stderr.write(`Added ${person.name} (${person.email}), ${person.role}.\n`);
  if (given.is("no-link")) return given.is("json") ? printJson({ person }) : undefined;
  const made = await makeLink(client, person.id).catch((error: Failure) => {
    throw new Failure(`${error.message}\n"sluice users link ${person.email}" makes the link.`, error.exit);
  });
  return printLink(given, made, { person });
}

export const userCommands: Command[] = [
  {
    name: "users",
    words: [],
    summary: "List people and service accounts, newest first",
    flags: { q: { value: "TEXT", help: "Only with this in the name or address" }, ...jsonFlag },
    async run(given) {
      const items = await allPages(clientOf(given), "/users", userView, fromFlags(given, texts("q")));
      return printList(given, items, {
        email: (one) => (one.service ? "" : one.email),
        name: (one) => one.name,
        role: (one) => one.role,
        teams: (one) => one.teams.map(({ name }) => name).join(", "),
        state: (one) => (one.service ? "service account" : stateOf(one)),
        seen: (one) => one.lastSeenAt,
        id: (one) => one.id,
      });
    },
  },
  {
    name: "users show",
    words: who,
    summary: "One person or service account",
    flags: jsonFlag,
    notes: whoNote,
    async run(given) {
      const client = clientOf(given);
      return print(given, await client.ask(await whereIs(client, given), userView));
    },
  },
  {
    name: "users invite",
    words: ["<email>"],
    summary: "Add a person, and print a link that signs them in the first time",
    flags: {
      name: { value: "NAME", help: "What they are called; without it what stands before the @" },
      role: { value: "ROLE", help: "viewer, which it is without this, editor or admin" },
      team: { value: "TEAM", many: true, help: "A team that they are in, by name or id" },
      "no-link": { help: "Make no link: they sign on by the company's own way" },
      ...jsonFlag,
    },
    notes: "Nothing is mailed: hand the link on yourself. It works once, for a day.",
    run: invite,
  },
  {
    name: "users role",
    words: ["<who>", "<role>"],
    summary: "Make somebody viewer, editor or admin",
    flags: jsonFlag,
    notes: whoNote,
    run: (given) => change(given, { role: given.words[1] }),
  },
  {
    name: "users deactivate",
    words: who,
    summary: "Close an account: its sessions, tokens and work end, its schedules and pipelines go to its team",
    flags: { ...yesFlag, ...jsonFlag },
    notes: `${whoNote} "users reactivate" lets them in again; tokens and schedules do not come back with it.`,
    async run(given) {
      const client = clientOf(given);
      const { name, email } = await client.ask(await whereIs(client, given), userView);
      await confirm(given, `This closes the account of ${name} (${email}) and ends their tokens and what they run.`);
      return change(given, { disabled: true }, client);
    },
  },
  {
    name: "users reactivate",
    words: who,
    summary: "Open a closed account again",
    flags: jsonFlag,
    notes: whoNote,
    run: (given) => change(given, { disabled: false }),
  },
  {
    name: "users link",
    words: who,
    summary: "Print a link that signs somebody in once, within a day",
    flags: jsonFlag,
    notes: whoNote,
    async run(given) {
      const client = clientOf(given);
      return printLink(given, await makeLink(client, await personId(client, given.words[0] ?? "")));
    },
  },
];
