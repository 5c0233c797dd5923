import { z } from "zod";
import { createTokenSchema, rotateTokenSchema, tokenView } from "@/lib/access/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { Failure } from "../failure";
import { fromFlags, whole } from "../from-flags";
import { place } from "../place";
import { jsonFlag, printJson, printList } from "../print";

const list = z.object({ items: z.array(tokenView) });
const made = tokenView.extend({ value: z.string() });

export const tokenFlags: Command["flags"] = {
  scope: {
    value: "SCOPE",
    many: true,
    help: "What it may do, as executions:run; everything that its owner may without it",
  },
  days: { value: "N", help: "Until it expires, 90 without it" },
  "no-expiry": { help: "It never expires" },
  ...jsonFlag,
};

/** Prints the value on stdout and nothing else, so that a script can keep it. */
export async function makeToken(given: Given, client: Client, where: string, name?: string): Promise<undefined> {
  const scopes = given.list("scope");
  const days = given.is("no-expiry") ? null : given.number("days", 1);
  const asked = createTokenSchema.safeParse({
    name,
    ...(scopes.length && { scopes }),
    ...(days !== undefined && { expiresInDays: days }),
  });
  if (!asked.success) {
    const [issue] = asked.error.issues;
    throw new Failure(`${issue?.path.join(".")}: ${issue?.message}`);
  }
  return printMade(given, await client.ask(where, made, { method: "POST", body: asked.data }));
}

function printMade(given: Given, token: z.infer<typeof made>): undefined {
  if (given.is("json")) return printJson(token);
  process.stdout.write(`${token.value}\n`);
  process.stderr.write(`This is the only time that it is shown. "sluice tokens revoke ${token.id}" ends it.\n`);
  return undefined;
}

export const tokenCommands: Command[] = [
  {
    name: "tokens",
    words: [],
    summary: "List your API tokens, without their values",
    flags: jsonFlag,
    async run(given) {
      const { items } = await clientOf(given).ask("/tokens", list);
      return printList(given, items, {
        name: (one) => one.name,
        begins: (one) => one.prefix,
        scopes: (one) => one.scopes.join(" "),
        "last used": (one) => one.lastUsedAt,
        expires: (one) => one.expiresAt ?? "never",
        id: (one) => one.id,
      });
    },
  },
  {
    name: "tokens create",
    words: ["<name>"],
    summary: "Make a token and print its value, once",
    flags: tokenFlags,
    run: (given) => makeToken(given, clientOf(given), "/tokens", given.words[0]),
  },
  {
    name: "tokens rotate",
    words: ["<id>"],
    summary: "Print a new value for a token, once; the old one works on for a while",
    flags: { overlap: { value: "HOURS", help: "How long, 24 without it, 0 to end it at once" }, ...jsonFlag },
    notes: "Of your own tokens and of your teams' service accounts. Name, scopes and span stay.",
    async run(given) {
      const asked = rotateTokenSchema.safeParse(fromFlags(given, { overlapHours: whole("overlap") }));
      if (!asked.success) throw new Failure("--overlap takes 0 to 720 hours.");
      const where = place("tokens", given.words[0], "rotate");
      return printMade(given, await clientOf(given).ask(where, made, { method: "POST", body: asked.data }));
    },
  },
  {
    name: "tokens revoke",
    words: ["<id>"],
    summary: "End a token",
    flags: {},
    async run(given) {
      await clientOf(given).open(place("tokens", given.words[0]), { method: "DELETE" });
      return undefined;
    },
  },
];
