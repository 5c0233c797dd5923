import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { gateView, type PauseRequest, type PauseView, pauseView } from "@/lib/gate/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { Failure } from "../failure";
import { search } from "../from-flags";
import { place } from "../place";
import { jsonFlag, printFields, printList } from "../print";
import { whoseWork, workKinds } from "../whom";
import { gate } from "./gate";

const list = z.object({ items: z.array(pauseView) });
const words = ({ of, targets }: Pick<PauseView, "of" | "targets">) =>
  [of, ...targets.map(({ name }) => name)].join(" ");

function reasonOf(given: Given): string {
  const reason = given.text("reason");
  if (!reason) throw new Failure("Say why with --reason: the people who wait will read it.");
  return reason;
}

async function hold(given: Given, drain: boolean): Promise<{ client: Client; pause: PauseView }> {
  const reason = reasonOf(given);
  const [warehouse] = given.words;
  if ((warehouse === undefined) !== given.is("everywhere"))
    throw new Failure("Name a warehouse, or give --everywhere for all of them.");
  const minutes = given.number("minutes", 1);
  const client = clientOf(given);
  const body: PauseRequest = {
    ...(await whoseWork(client, given)),
    ...{ reason, drain, tell: given.is("tell") },
    ...(warehouse !== undefined && { warehouse }),
    ...(minutes !== undefined && { until: new Date(Date.now() + minutes * 60_000).toISOString() }),
  };
  return { client, pause: await client.ask("/pauses", pauseView, { method: "POST", body }) };
}

const flags: Command["flags"] = {
  reason: { value: "TEXT", help: "Why; the people who wait read it" },
  minutes: { value: "N", help: "It ends by itself after so many; without it somebody resumes" },
  tell: { help: "Tell the people concerned, in their inbox" },
  everywhere: { help: "On every warehouse, instead of one" },
  ...jsonFlag,
};

export const pauseCommands: Command[] = [
  {
    name: "gate pauses",
    words: ["[warehouse]"],
    summary: "What is held back now, and until when",
    flags: { ended: { help: "Also those that have ended" }, ...jsonFlag },
    async run(given) {
      const [warehouse] = given.words;
      const asked = search({ ended: given.is("ended"), ...(warehouse && { warehouse }) });
      const { items } = await clientOf(given).ask(`/pauses${asked}`, list);
      return printList(given, items, {
        warehouse: (one) => one.warehouse?.name ?? "all",
        of: words,
        reason: (one) => one.reason,
        by: (one) => one.by?.name,
        since: (one) => one.at,
        until: (one) => one.endedAt ?? one.until,
        id: (one) => one.id,
      });
    },
  },
  {
    name: "gate pause",
    words: ["[warehouse]"],
    summary: "Hold what is not running yet: everything, or the work of a lane, team, person or token",
    flags: {
      lane: { value: "LANE", many: true, help: "Only this lane's: interactive, api, scheduled, backfill" },
      team: { value: "TEAM", many: true, help: "Only this team's, by name or id" },
      person: { value: "EMAIL", many: true, help: "Only this person's" },
      token: { value: "ID", many: true, help: "Only what this token asked for" },
      ...flags,
    },
    async run(given) {
      const [warehouse] = given.words;
      const more =
        given.is("tell") ||
        given.is("everywhere") ||
        given.text("minutes") !== undefined ||
        workKinds.some((kind) => given.list(kind)[0]);
      if (warehouse === undefined || more) return printFields(given, (await hold(given, false)).pause);
      // The gate's own switch: a second time it only says another reason.
      return gate(given, { paused: true, reason: reasonOf(given) });
    },
  },
  {
    name: "gate drain",
    words: ["[warehouse]"],
    summary: "Hold everything that is not running yet, and wait until nothing runs any more",
    flags,
    async run(given) {
      const { client, pause } = await hold(given, true);
      await drained(client, pause);
      return printFields(given, pause);
    },
    notes: 'Ctrl-C ends the waiting, not the pause: "sluice gate resume" does that.',
  },
  {
    name: "gate lift",
    words: ["<pause>"],
    summary: 'End one pause, by its id as "gate pauses" shows it',
    flags: {},
    async run(given) {
      await clientOf(given).open(place("pauses", given.words[0]), { method: "DELETE" });
      return undefined;
    },
  },
];

const lookAgainMs = 1_000;
const warehouses = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });

async function drained(client: Client, pause: PauseView): Promise<void> {
  const all = pause.warehouse ? [pause.warehouse] : (await client.ask("/warehouses", warehouses)).items;
  let said = -1;
  for (;;) {
    const gates = await Promise.all(all.map(({ id }) => client.ask(place("warehouses", id, "gate"), gateView)));
    const running = gates.reduce((sum, gate) => sum + gate.running, 0);
    if (running !== said) process.stderr.write(running === 0 ? "Nothing runs any more.\n" : `${running} still run.\n`);
    if (running === 0) return;
    said = running;
    await sleep(lookAgainMs);
  }
}
