import { z } from "zod";
import { createTokenSchema, listedToken, rotateTokenSchema, tokenView, updateTokenSchema } from "@/lib/access/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { Failure } from "../failure";
import { changesFromFlags, fromFlags, type Taken, whole, zeroIsNone } from "../from-flags";
import { allPages } from "../pages";
import { place } from "../place";
import { jsonFlag, printJson, printList } from "../print";

type Listed = z.infer<typeof listedToken>;
const made = tokenView.extend({ value: z.string() });

export const tokenFlags: Command["flags"] = {
  scope: {
    value: "SCOPE",
    many: true,
    help: "What it may do, as executions:run; everything that its owner may without it",
  },
  days: { value: "N", help: "Until it expires, 90 without it" },
  "no-expiry": { help: "It never expires" },
  lane: {
    value: "LANE",
    help: "The foremost it may stand in; admins give interactive and api, everybody scheduled and backfill",
  },
  "statements-per-hour": { value: "N", help: "How many statements it may run in an hour" },
  ...jsonFlag,
};

const laneOrUsual: Taken<string | null> = {
  flag: "lane",
  take: (given: Given) => (given.text("lane") === "usual" ? null : given.text("lane")),
};

/** Prints the value on stdout and nothing else, so that a script can keep it. */
export async function makeToken(given: Given, client: Client, where: string, name?: string): Promise<undefined> {
  const scopes = given.list("scope");
  const days = given.is("no-expiry") ? null : given.number("days", 1);
  const lane = given.text("lane");
  const statementsPerHour = given.number("statements-per-hour", 1);
  const asked = createTokenSchema.safeParse({
    name,
    ...(scopes.length && { scopes }),
    ...(days !== undefined && { expiresInDays: days }),
    ...(lane !== undefined && { lane }),
    ...(statementsPerHour !== undefined && { statementsPerHour }),
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

const listFlags: Command["flags"] = {
  all: { help: "Those of all people and service accounts, for admins" },
  find: { value: "WORDS", help: "Only those with this in their name, scopes or owner" },
  ...jsonFlag,
};

/** All pages of the list. */
async function listTokens(given: Given): Promise<undefined> {
  const find = given.text("find");
  const asked = { all: given.is("all") ? "1" : "0", ...(find && { q: find }) };
  const items = await allPages(clientOf(given), "/tokens", listedToken, asked);
  return printList(given, items, {
    name: (one) => one.name,
    begins: (one) => one.prefix,
    ...(given.is("all") && { owner: ({ owner }: Listed) => owner.service ?? owner.email }),
    scopes: (one) => one.scopes.join(" "),
    lane: (one) => one.lane,
    limits: (one) => one.limits.map(({ name, value }) => `${name}=${value}`).join(" "),
    "last used": (one) => one.lastUsedAt,
    expires: (one) => one.expiresAt ?? "never",
    id: (one) => one.id,
  });
}

export const tokenCommands: Command[] = [
  {
    name: "tokens",
    words: [],
    summary: "List your API tokens, or an admin everybody's, without their values",
    flags: listFlags,
    run: listTokens,
  },
  // Under both names: a list of its own is looked for beside create and revoke.
  { name: "tokens list", words: [], summary: "The same as tokens", flags: listFlags, run: listTokens },
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
    notes: "Of your own tokens and of your teams' service accounts. Name, scopes, lane, limits and span stay.",
    async run(given) {
      const asked = rotateTokenSchema.safeParse(fromFlags(given, { overlapHours: whole("overlap") }));
      if (!asked.success) throw new Failure("--overlap takes 0 to 720 hours.");
      const where = place("tokens", given.words[0], "rotate");
      return printMade(given, await clientOf(given).ask(where, made, { method: "POST", body: asked.data }));
    },
  },
  {
    name: "tokens set",
    words: ["<id>"],
    summary: "Give a token another lane or budget; what is left out stays",
    flags: {
      lane: { value: "LANE", help: "interactive, api, scheduled or backfill; usual for none of its own" },
      "statements-per-hour": {
        value: "N",
        help: "How many statements it may run in an hour, 0 for no limit of its own",
      },
      ...jsonFlag,
    },
    notes: `Of your own tokens and of your teams' service accounts; an admin's changes are of anybody's, and only an admin puts one
further forward or gives it more. Further back, what waits of it now goes along.`,
    async run(given) {
      const body = changesFromFlags(given, { lane: laneOrUsual, statementsPerHour: zeroIsNone("statements-per-hour") });
      const asked = updateTokenSchema.safeParse(body);
      if (!asked.success) throw new Failure("--lane takes interactive, api, scheduled, backfill or usual.");
      const changed = await clientOf(given).ask(place("tokens", given.words[0]), tokenView.loose(), {
        ...{ method: "PATCH", body: asked.data },
      });
      if (given.is("json")) return printJson(changed);
      process.stderr.write(`Its lane is ${changed.lane ?? "as usual"}.\n`);
      return undefined;
    },
  },
  {
    name: "tokens revoke",
    words: ["<id>"],
    summary: "End a token, and what it has waiting or running",
    flags: {},
    async run(given) {
      await clientOf(given).open(place("tokens", given.words[0]), { method: "DELETE" });
      return undefined;
    },
  },
];
