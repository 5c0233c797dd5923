import { type HeatPatch, heatSaved, heatView } from "@/lib/gate/schema";
import { clientOf } from "../client";
import type { Command } from "../command";
import { Failure } from "../failure";
import { fromFlags, onOff, orNone, whole, zeroIsNone } from "../from-flags";
import { place } from "../place";
import { jsonFlag, printFields } from "../print";
import { readHidden } from "../read-hidden";

const changes = {
  slowDown: onOff("slow-down"),
  hotWaiting: whole("waiting", 1),
  hotActive: zeroIsNone("active"),
  hotOldestMinutes: zeroIsNone("oldest"),
  hotEngineSlots: zeroIsNone("bigquery-slots"),
  alertMinutes: zeroIsNone("alert"),
  webhook: orNone("webhook"),
};

export const heatCommand: Command = {
  name: "gate heat",
  words: ["<warehouse>"],
  summary: "What is hot there, whether its slots follow, and who is told; changes what a flag says",
  flags: {
    "slow-down": { value: "on|off", help: "Give fewer slots while it is hot" },
    waiting: { value: "N", help: "So many sessions that wait are hot" },
    active: { value: "N", help: "So many active sessions are hot, 0 to not look at them" },
    oldest: { value: "MINUTES", help: "A transaction of that age is hot, 0 to not look at it" },
    "bigquery-slots": { value: "N", help: "So many of BigQuery's slots in use are hot, 0 to not look at them" },
    alert: { value: "MINUTES", help: "Tell admins after so long, 0 for never" },
    webhook: { value: "URL", help: "Tell this address as well, or none" },
    secret: { help: "With --webhook: sign with a secret that is asked for, or read from stdin" },
    ...jsonFlag,
  },
  notes: `A webhook without --secret gets one that Sluice makes; it is printed here, once.`,
  async run(given) {
    const where = place("warehouses", given.words[0], "heat");
    const client = clientOf(given);
    const said: HeatPatch = fromFlags(given, changes);
    if (given.is("secret") && !said.webhook)
      throw new Failure("--secret signs what goes to a webhook: give its address with --webhook.");
    if (Object.keys(said).length === 0) return printFields(given, await client.ask(where, heatView.loose()));
    const body: HeatPatch = { ...said, ...(given.is("secret") && { webhookSecret: await readHidden("Secret") }) };
    const { webhookSecret, ...saved } = await client.ask(where, heatSaved.loose(), { method: "PUT", body });
    // Only where one was made is there anything to say of it.
    return printFields(given, webhookSecret === null ? saved : { ...saved, webhookSecret });
  },
};
