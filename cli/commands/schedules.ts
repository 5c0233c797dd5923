import { z } from "zod";
import { type TriggerView, triggerView } from "@/lib/triggers/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { confirm, yesFlag } from "../confirm";
import { Failure } from "../failure";
import { both, fromFlags, texts } from "../from-flags";
import { allPages } from "../pages";
import { parametersOf } from "../parameters";
import { place } from "../place";
import { jsonFlag, printFields, printList } from "../print";
import { oneOf } from "../whom";

const kinds = ["query", "board", "pipeline"] as const;
const nouns = { query: "queries", board: "boards", pipeline: "pipelines" } as const;
const list = z.object({ items: z.array(triggerView) });

const kindOf = (one: TriggerView) => kinds.find((kind) => one[kind] !== null) ?? "query";
const whenOf = ({ when, zone }: TriggerView) => `${when} (${zone})`;

const ofFlags = {
  query: { value: "ID", help: "Of this saved query" },
  board: { value: "ID", help: "Of this board" },
};

async function schedules(given: Given): Promise<undefined> {
  const client = clientOf(given);
  const of = oneOf(given, kinds);
  if (of && given.is("mine")) throw new Failure("--mine looks at all queries and boards; leave it out, or the other.");
  const items = of
    ? (await client.ask(place(nouns[of.kind], of.name, "triggers"), list)).items
    : await allPages(client, "/triggers", triggerView, given.is("mine") ? { mine: true } : {});
  return printList(given, items, {
    of: kindOf,
    title: (one) => one.title,
    owner: (one) => one.owner.name,
    when: whenOf,
    next: (one) => (one.paused ? "paused" : one.nextAt),
    last: (one) => one.last?.outcome,
    id: (one) => one.id,
  });
}

/** Where there is a person, they read it as a sentence; `--json` has all of it. */
function print(given: Given, one: TriggerView): undefined {
  const { id, title, owner, paused, nextAt, tellWhen, webhookSecret, last } = one;
  if (given.is("json")) return printFields(given, one);
  return printFields(given, {
    ...{ id, of: kindOf(one), title, owner: owner.name, when: whenOf(one), paused, next: nextAt, tells: tellWhen },
    ...{ last: last && `${last.outcome} ${last.slot}` },
    ...(webhookSecret !== null && { webhookSecret }),
  });
}

const change = async (given: Given, body: object) =>
  print(given, await clientOf(given).ask(place("triggers", given.words[0]), triggerView, { method: "PATCH", body }));

async function add(given: Given): Promise<undefined> {
  const of = oneOf(given, ["query", "board"]);
  if (!of) throw new Failure("Say of what: --query or --board. A pipeline's schedules stand in its document.");
  const fields = texts("when", "zone");
  const body = { ...fromFlags(given, fields), parameters: parametersOf(given.list("param")) ?? {} };
  const missing = (["when", "zone"] as const).filter((name) => body[name] === undefined);
  if (missing.length > 0) throw new Failure(`Give ${both(missing.map((name) => `--${name}`))}.`);
  const client: Client = clientOf(given);
  return print(
    given,
    await client.ask(place(nouns[of.kind], of.name, "triggers"), triggerView, { method: "POST", body }),
  );
}

export const scheduleCommands: Command[] = [
  {
    name: "schedules",
    words: [],
    summary: "What runs by itself, and when: of all queries and boards, or of one",
    flags: {
      ...ofFlags,
      pipeline: { value: "NAME", help: "Of this pipeline" },
      mine: { help: "Only your own" },
      ...jsonFlag,
    },
    run: schedules,
  },
  {
    name: "schedules show",
    words: ["<schedule>"],
    summary: "One of them, by its id",
    flags: jsonFlag,
    run: async (given) => print(given, await clientOf(given).ask(place("triggers", given.words[0]), triggerView)),
  },
  {
    name: "schedules add",
    words: [],
    summary: "Have a saved query run, or a board refreshed, by itself",
    flags: {
      ...ofFlags,
      when: { value: "WHEN", help: "Five fields of cron, or one moment as 2026-01-31T08:00:00Z" },
      zone: { value: "ZONE", help: "Whose clock it goes by, as Europe/Berlin" },
      param: { short: "p", value: "NAME=VALUE", many: true, help: "A value of a parameter" },
      ...jsonFlag,
    },
    notes: "A pipeline's schedules stand in its document: sluice pipelines apply.",
    run: add,
  },
  {
    name: "schedules pause",
    words: ["<schedule>"],
    summary: "Start nothing by it until it is resumed; its moments are noted as paused",
    flags: jsonFlag,
    run: (given) => change(given, { paused: true }),
  },
  {
    name: "schedules resume",
    words: ["<schedule>"],
    summary: "Let it run again, from its next moment on",
    flags: jsonFlag,
    run: (given) => change(given, { paused: false }),
  },
  {
    name: "schedules remove",
    words: ["<schedule>"],
    summary: "Remove one; what it has run stays",
    flags: yesFlag,
    async run(given) {
      const client = clientOf(given);
      const one = await client.ask(place("triggers", given.words[0]), triggerView);
      await confirm(given, `This removes the schedule ${whenOf(one)} of “${one.title}”.`);
      await client.open(place("triggers", one.id), { method: "DELETE" });
      return undefined;
    },
  },
];
