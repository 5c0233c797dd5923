import { z } from "zod";
import { type PutSecret, putSecretSchema, type SecretView, secretView } from "@/lib/secrets/schema";
import { clientOf } from "../client";
import type { Command } from "../command";
import { Failure } from "../failure";
import { fromFlags, texts } from "../from-flags";
import { place } from "../place";
import { jsonFlag, printList } from "../print";
import { readHidden } from "../read-hidden";

const list = z.object({ items: z.array(secretView) });

function usedIn({ usedBy, usedElsewhere }: SecretView): string {
  const named = [...new Set(usedBy.map(({ pipeline }) => pipeline))];
  return [...named, ...(usedElsewhere > 0 ? [`${usedElsewhere} that you may not see`] : [])].join(", ");
}

export const secretCommands: Command[] = [
  {
    name: "secrets list",
    words: [],
    summary: "Secrets that pipelines of your teams may use, and where each is used; never a value",
    flags: jsonFlag,
    async run(given) {
      const { items } = await clientOf(given).ask("/secrets", list);
      return printList(given, items, {
        name: (one) => one.name,
        for: (one) => one.team?.name ?? "the whole company",
        "used in": usedIn,
        set: (one) => one.rotatedAt,
        "last used": (one) => one.lastUsedAt ?? "never",
        note: (one) => one.note,
      });
    },
  },
  {
    name: "secrets set",
    words: ["<name>"],
    summary: "Store a secret, or give one another value",
    flags: {
      team: { value: "TEAM", help: "Of a new one: whose pipelines may use it, by name or id" },
      company: { help: "Of a new one: pipelines of the whole company may use it" },
      note: { value: "TEXT", help: "What it is, and where it was made" },
      exact: { help: "Keep the line end at the end of stdin too" },
    },
    notes: `The value is asked for, or read from stdin: never an argument, which every user of the machine can see. One line end
at its end is dropped. Stages that start from then on get the new value.`,
    async run(given) {
      const [name] = given.words;
      const team = given.text("team");
      if (team !== undefined && given.is("company")) throw new Failure("Give --team or --company, not both.");
      const asked: PutSecret = {
        value: await readHidden(`Value of ${name}`, given.is("exact")),
        ...fromFlags(given, texts("note")),
        ...(given.is("company") ? { team: null } : team !== undefined && { team }),
      };
      const parsed = putSecretSchema.safeParse(asked);
      if (!parsed.success) throw new Failure(`${parsed.error.issues[0]?.message}`);
      const { rotatedAt, createdAt } = await clientOf(given).ask(place("secrets", name), secretView, {
        method: "PUT",
        body: asked,
      });
      process.stderr.write(rotatedAt === createdAt ? `Stored ${name}.\n` : `${name} has another value now.\n`);
      return undefined;
    },
  },
  {
    name: "secrets delete",
    words: ["<name>"],
    summary: "Delete a secret that no live pipeline names",
    flags: {},
    async run(given) {
      await clientOf(given).open(place("secrets", given.words[0]), { method: "DELETE" });
      return undefined;
    },
  },
];
