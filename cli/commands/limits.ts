import { z } from "zod";
import { type LimitRequest, limitNames, limitPreview, limitRequest, limitView } from "@/lib/gate/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { Failure } from "../failure";
import { jsonFlag, printFields, printList } from "../print";
import { idOf, oneOf } from "../whom";

const list = z.object({ items: z.array(limitView) });
type Limit = z.infer<typeof limitView>;

function print(given: Given, items: Limit[]): undefined {
  return printList(given, items, {
    of: ({ scope, title }) => (title === null ? scope : `${scope} ${title}`),
    limit: (one) => one.name,
    value: (one) => one.value,
    by: (one) => one.by?.name,
    since: (one) => one.at,
  });
}

/** Of whom, by the one flag that says it; the company's without any. */
async function scopeOf(client: Client, given: Given): Promise<Pick<LimitRequest, "scope" | "id">> {
  const found = oneOf(given, ["warehouse", "team", "person", "token"]);
  if (!found) return { scope: "company" };
  return { scope: found.kind, id: await idOf(client, found.kind, found.name) };
}

export const limitCommands: Command[] = [
  {
    name: "gate limits",
    words: [],
    summary: "The limits that are set, of the company, warehouses, teams, people and tokens",
    flags: jsonFlag,
    run: async (given) => print(given, (await clientOf(given).ask("/limits", list)).items),
  },
  {
    name: "gate limit",
    words: ["<name>", "<value>"],
    summary: "Set a limit, or take it away with none; of the company unless a flag says of whom",
    flags: {
      warehouse: { value: "NAME", help: "Of a warehouse" },
      team: { value: "TEAM", help: "Of a team, by name or id" },
      person: { value: "EMAIL", help: "Of a person" },
      token: { value: "ID", help: "Of a token" },
      preview: { help: "Change nothing: say what of the last 7 days it would have met" },
      ...jsonFlag,
    },
    notes: `Names: ${Object.keys(limitNames).join(", ")}. Bytes and seconds are plain numbers.`,
    async run(given) {
      const [name, said] = given.words;
      const client = clientOf(given);
      const value = said === "none" ? null : Number(said);
      const asked = limitRequest.safeParse({ ...(await scopeOf(client, given)), name, value });
      if (!asked.success) throw new Failure(wordsOf(asked.error));
      if (!given.is("preview"))
        return print(given, (await client.ask("/limits", list, { method: "PUT", body: asked.data })).items);
      if (value === null) throw new Failure("A limit that is taken away meets nothing: preview a number.");
      return printFields(
        given,
        await client.ask("/limits/preview", limitPreview, { method: "POST", body: asked.data }),
      );
    },
  },
];

function wordsOf({ issues: [issue] }: z.ZodError): string {
  const field = issue?.path.join(".");
  if (field === "name") return `There is no such limit. There are ${Object.keys(limitNames).join(", ")}.`;
  return field === "value" ? "The value is a whole number of at least 1, or none." : `${field}: ${issue?.message}`;
}
