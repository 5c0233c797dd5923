import { gateView } from "@/lib/gate/schema";
import { Client } from "../client";
import type { Command, Given } from "../command";
import { Failure } from "../failure";
import { jsonFlag, printFields } from "../print";
import { settingsFor } from "../settings";

async function gate(given: Given, change?: object): Promise<undefined> {
  const place = `/warehouses/${encodeURIComponent(given.words[0] ?? "")}/gate`;
  const client = new Client(settingsFor(given.text("url")));
  // All that it says, also what a newer Sluice has and this program does not know.
  const ask = change ? ({ method: "PUT", body: change } as const) : undefined;
  return printFields(given, await client.ask(place, gateView.loose(), ask));
}

export const gateCommands: Command[] = [
  {
    name: "gate show",
    words: ["<warehouse>"],
    summary: "Slots, limits, pause, and what runs and waits",
    flags: jsonFlag,
    run: (given) => gate(given),
  },
  {
    name: "gate set",
    words: ["<warehouse>"],
    summary: "Change slots and limits; what is left out stays",
    flags: {
      slots: { value: "N", help: "How much runs there at once" },
      "per-user": { value: "N", help: "How much of it one person's, 0 for no limit" },
      ...jsonFlag,
    },
    async run(given) {
      const [slots, perUser] = [given.number("slots", 1), given.number("per-user")];
      if (slots === undefined && perUser === undefined) throw new Failure("Give --slots, --per-user or both.");
      return gate(given, { slots, perUser });
    },
  },
  {
    name: "gate pause",
    words: ["<warehouse>"],
    summary: "Hold everything that is not running yet, with a reason that the waiting people see",
    flags: { reason: { value: "TEXT", help: "Why, and until when" }, ...jsonFlag },
    async run(given) {
      const reason = given.text("reason");
      if (!reason) throw new Failure("Say why with --reason: the people who wait will read it.");
      return gate(given, { paused: true, reason });
    },
  },
  {
    name: "gate resume",
    words: ["<warehouse>"],
    summary: "Let work in again",
    flags: jsonFlag,
    run: (given) => gate(given, { paused: false }),
  },
];
