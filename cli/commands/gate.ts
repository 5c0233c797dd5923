import { gateView } from "@/lib/gate/schema";
import { clientOf } from "../client";
import type { Command, Given } from "../command";
import { changesFromFlags, whole, zeroIsNone } from "../from-flags";
import { place } from "../place";
import { jsonFlag, printFields } from "../print";

/** Shows a warehouse's gate, as it is or as `change` makes it. */
export async function gate(given: Given, change?: object): Promise<undefined> {
  const client = clientOf(given);
  // All that it says, also what a newer Sluice has and this program does not know.
  const ask = change ? ({ method: "PUT", body: change } as const) : undefined;
  return printFields(given, await client.ask(place("warehouses", given.words[0], "gate"), gateView.loose(), ask));
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
      unwatched: { value: "MINUTES", help: "End people's own work that no page has watched so long, 0 for never" },
      ...jsonFlag,
    },
    async run(given) {
      const fields = {
        slots: whole("slots", 1),
        perUser: whole("per-user"),
        unwatchedMinutes: zeroIsNone("unwatched"),
      };
      return gate(given, changesFromFlags(given, fields));
    },
  },
  {
    name: "gate resume",
    words: ["<warehouse>"],
    summary: "Let work in again: ends the pause of everything there",
    flags: jsonFlag,
    run: (given) => gate(given, { paused: false }),
  },
];
