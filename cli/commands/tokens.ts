import { z } from "zod";
import { createTokenSchema, tokenView } from "@/lib/access/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { Failure } from "../failure";
import { jsonFlag, printList } from "../print";

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
  const { value, id } = await client.ask(where, made, { method: "POST", body: asked.data });
  process.stdout.write(`${value}\n`);
  process.stderr.write(`This is the only time that it is shown. "sluice tokens revoke ${id}" ends it.\n`);
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
    name: "tokens revoke",
    words: ["<id>"],
    summary: "End a token",
    flags: {},
    async run(given) {
      await clientOf(given).open(`/tokens/${encodeURIComponent(given.words[0] ?? "")}`, { method: "DELETE" });
      return undefined;
    },
  },
];
