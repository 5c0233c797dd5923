import { z } from "zod";
import { warehouseView } from "@/lib/connections/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { confirm, yesFlag } from "../confirm";
import { exits, Failure } from "../failure";
import { changesFromFlags, fromFlags, texts } from "../from-flags";
import { place } from "../place";
import { jsonFlag, printList } from "../print";
import { readHidden } from "../read-hidden";

const made = z.object({ id: z.string() });
const superuser = { "allow-superuser": { help: "Take it though it is a superuser" } };
const confirmed = (given: Given) => (given.is("allow-superuser") ? { allowSuperuser: true } : {});

async function readersOf(client: Client, given: Given) {
  const { admin } = await client.ask(place("warehouses", given.words[0]), warehouseView);
  if (!admin) throw new Failure("Only admins see who signs in.", exits.forbidden);
  return admin.readers.map((reader) => ({
    ...reader,
    teams: admin.grants.filter(({ readerId }) => readerId === reader.id).map(({ team }) => team),
  }));
}

/** Its address, by its name or id. */
async function placeOf(client: Client, given: Given): Promise<string> {
  const [warehouse, named] = given.words;
  const found = (await readersOf(client, given)).find(({ id, name }) => id === named || name === named);
  if (!found) throw new Failure(`${warehouse} has no reader "${named}".`, exits.missing);
  return place("warehouses", warehouse, "readers", found.id);
}

const grant = (given: Given, reader: { reader?: string | null }) => {
  const [warehouse, team] = given.words;
  const body = { team, ...reader };
  return clientOf(given).open(place("warehouses", warehouse, "grants"), { method: "POST", body });
};

export const warehouseReaderCommands: Command[] = [
  {
    name: "warehouses readers",
    words: ["<warehouse>"],
    summary: "The database roles that it is read with, and by which teams",
    flags: jsonFlag,
    async run(given) {
      return printList(given, await readersOf(clientOf(given), given), {
        name: (one) => one.name,
        user: (one) => one.user,
        teams: (one) => one.teams.join(", "),
        id: (one) => one.id,
      });
    },
  },
  {
    name: "warehouses add-reader",
    words: ["<warehouse>", "<name>"],
    summary: "One more role to read with, for teams that may see other things",
    flags: { user: { value: "USER", help: "Who signs in" }, ...superuser },
    notes: "The password is asked for, or read from stdin.",
    async run(given) {
      const [warehouse, name] = given.words;
      const password = await readHidden("Password");
      const body = { name, password, ...fromFlags(given, texts("user")), ...confirmed(given) };
      const where = place("warehouses", warehouse, "readers");
      const { id } = await clientOf(given).ask(where, made, { method: "POST", body });
      process.stdout.write(`${id}\n`);
      return undefined;
    },
  },
  {
    name: "warehouses change-reader",
    words: ["<warehouse>", "<reader>"],
    summary: "Change its name, user or password; what is left out stays",
    flags: {
      name: { value: "NAME", help: "What it is called" },
      user: { value: "USER", help: "Who signs in" },
      password: { help: "Sign in with another one, which is asked for or read from stdin" },
      ...superuser,
    },
    async run(given) {
      const said = texts("name", "user");
      const secret = given.is("password") ? { password: await readHidden("Password") } : null;
      const body = {
        ...(secret ? { ...fromFlags(given, said), ...secret } : changesFromFlags(given, said)),
        ...confirmed(given),
      };
      const client = clientOf(given);
      await client.open(await placeOf(client, given), { method: "PATCH", body });
      return undefined;
    },
  },
  {
    name: "warehouses remove-reader",
    words: ["<warehouse>", "<reader>"],
    summary: "Remove one that no team reads by",
    flags: yesFlag,
    async run(given) {
      const client = clientOf(given);
      const where = await placeOf(client, given);
      await confirm(given, `This removes the reader ${given.words[1]}.`);
      await client.open(where, { method: "DELETE" });
      return undefined;
    },
  },
  {
    name: "warehouses grant",
    words: ["<warehouse>", "<team>"],
    summary: "Let a team use it, by its first reader or another",
    flags: { reader: { value: "NAME", help: "By this one" } },
    async run(given) {
      await grant(given, fromFlags(given, texts("reader")));
      return undefined;
    },
  },
  {
    name: "warehouses revoke",
    words: ["<warehouse>", "<team>"],
    summary: "Let a team use it no longer",
    flags: {},
    async run(given) {
      await grant(given, { reader: null });
      return undefined;
    },
  },
  {
    name: "warehouses writer",
    words: ["<warehouse>"],
    summary: "Set the role that pipelines write with, or take it away",
    flags: {
      user: { value: "USER", help: "Who signs in" },
      none: { help: "Pipelines write there no longer" },
      ...superuser,
    },
    notes: "The password is asked for, or read from stdin.",
    async run(given) {
      if (given.is("none") === (given.text("user") !== undefined)) throw new Failure("Give --user or --none.");
      const writer = given.is("none") ? null : { user: given.text("user"), password: await readHidden("Password") };
      const body = { writer, ...confirmed(given) };
      await clientOf(given).open(place("warehouses", given.words[0]), { method: "PATCH", body });
      return undefined;
    },
  },
];
