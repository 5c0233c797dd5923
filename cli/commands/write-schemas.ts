import type { z } from "zod";
import { schemaGrantsView } from "@/lib/pipelines/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { exits, Failure } from "../failure";
import { place } from "../place";
import { jsonFlag, printList } from "../print";
import { teamOf } from "../whom";

type Grants = z.infer<typeof schemaGrantsView>["grants"];

const where = (given: Given, ...one: string[]) => place("warehouses", given.words[0], "schemas", ...one);
const read = async (client: Client, given: Given): Promise<Grants> =>
  (await client.ask(where(given), schemaGrantsView)).grants;

function print(given: Given, grants: Grants): undefined {
  return printList(given, grants, {
    team: ({ team }) => team.name,
    schema: ({ schema }) => schema,
    scratch: ({ scratch }) => (scratch ? "yes" : ""),
  });
}

export const writeSchemaCommands: Command[] = [
  {
    name: "warehouses schemas",
    words: ["<warehouse>"],
    summary: "The schemas in which teams' pipelines may write",
    flags: jsonFlag,
    run: async (given) => print(given, await read(clientOf(given), given)),
  },
  {
    name: "warehouses grant-schema",
    words: ["<warehouse>", "<team>", "<schema>"],
    summary: "Let a team's pipelines write in a schema; the other grants stay",
    flags: { scratch: { help: "Its members may save rows as tables there too" }, ...jsonFlag },
    async run(given) {
      const client = clientOf(given);
      const [, team = "", schema = ""] = given.words;
      const { id } = await teamOf(client, team);
      const body = { scratch: given.is("scratch") };
      return print(
        given,
        (await client.ask(where(given, id, schema), schemaGrantsView, { method: "PUT", body })).grants,
      );
    },
  },
  {
    name: "warehouses revoke-schema",
    words: ["<warehouse>", "<team>", "<schema>"],
    summary: "Let a team's pipelines write in a schema no longer",
    flags: jsonFlag,
    async run(given) {
      const client = clientOf(given);
      const [, team = "", schema = ""] = given.words;
      const { id, name } = await teamOf(client, team);
      const grants = await read(client, given);
      if (!grants.some((one) => one.team.id === id && one.schema === schema))
        throw new Failure(`${name} may not write in ${schema} anyway.`, exits.missing);
      return print(given, (await client.ask(where(given, id, schema), schemaGrantsView, { method: "DELETE" })).grants);
    },
  },
];
