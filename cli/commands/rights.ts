import { z } from "zod";
import { type RightView, rightRequest, rightScopes, rights, rightView } from "@/lib/access/schema";
import { clientOf } from "../client";
import type { Command, Given } from "../command";
import { Failure } from "../failure";
import { either } from "../from-flags";
import { jsonFlag, printList } from "../print";
import { idOf, oneOf } from "../whom";

const list = z.object({ items: z.array(rightView) });

const print = (given: Given, items: RightView[]): undefined =>
  printList(given, items, {
    right: (one) => one.right,
    "allowed to": (one) => `${one.scope} ${one.name}`,
    since: (one) => one.at,
    by: (one) => one.by?.name,
  });

const what =
  "download: results as files. image: any container image in a pipeline. link: links that open to whoever has them.";

export const rightCommands: Command[] = [
  {
    name: "rights show",
    words: [],
    summary: "Which roles, teams and people are allowed what is off for all others",
    flags: jsonFlag,
    notes: what,
    run: async (given) => print(given, (await clientOf(given).ask("/rights", list)).items),
  },
  {
    name: "rights set",
    words: ["<right>", "<on|off>"],
    summary: "Allow something to a role, team or person, or take it back",
    flags: {
      role: { value: "ROLE", help: "viewer, editor or admin" },
      team: { value: "TEAM", help: "A team, by name or id" },
      person: { value: "EMAIL", help: "A person" },
      ...jsonFlag,
    },
    notes: `${what} What is taken from one stays with whoever has it by another: a role, a team, or by themselves.`,
    async run(given) {
      const [right, said] = given.words;
      if (said !== "on" && said !== "off") throw new Failure(`Say on or off, not "${said}".`);
      const found = oneOf(given, rightScopes);
      if (!found) throw new Failure("Say whose: --role, --team or --person.");
      const client = clientOf(given);
      const id = await idOf(client, found.kind, found.name);
      const body = rightRequest.safeParse({ right, scope: found.kind, id, allowed: said === "on" });
      if (!body.success) throw new Failure(`There is no right "${right}". There are ${either(rights)}.`);
      return print(given, (await client.ask("/rights", list, { method: "PUT", body: body.data })).items);
    },
  },
];
