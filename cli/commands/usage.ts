import { z } from "zod";
import { clientOf } from "../client";
import type { Command, Given } from "../command";
import { Failure } from "../failure";
import { fromFlags, search, texts, whole } from "../from-flags";
import { printJson } from "../print";
import { plain, table } from "../table";

/** Its lists are looked at by what they have: one that a newer Sluice adds is printed like the others. */
const answer = z.record(z.string(), z.unknown());
const items = z.array(z.record(z.string(), z.unknown())).min(1);

const cell = (value: unknown) => {
  const name = z.object({ name: z.string() }).safeParse(value);
  if (name.success) return name.data.name;
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(3) : (value ?? "");
};

/** Its lists as tables, the rest a line each. */
function printAnswer(given: Given, said: z.infer<typeof answer>): undefined {
  if (given.is("json")) return printJson(said);
  for (const [name, value] of Object.entries(said)) {
    const list = items.safeParse(value);
    if (!list.success) {
      if (!Array.isArray(value)) process.stdout.write(`${name}: ${plain(cell(value))}\n`);
      continue;
    }
    const names = Object.keys(list.data[0] ?? {});
    const rows = list.data.map((one) => names.map((column) => cell(one[column])));
    process.stdout.write(`\n${name}\n${table(names, rows)}`);
  }
  return undefined;
}

const overall: Command = {
  name: "usage",
  words: [],
  summary: "Who uses Sluice, what is run most, and what costs most",
  flags: {
    days: { value: "N", help: "How far the lists look back, 28 without it" },
    weeks: { value: "N", help: "Weeks of people, 26 without it" },
    team: { value: "ID", help: "Only people of this team" },
    json: { help: "As the API's own JSON, for programs" },
  },
  async run(given) {
    const asked = search(fromFlags(given, { days: whole("days", 1), weeks: whole("weeks", 1), ...texts("team") }));
    return printAnswer(given, await clientOf(given).ask(`/usage${asked}`, answer));
  },
};

const ofTable: Command = {
  name: "usage table",
  words: ["<table>"],
  summary: "Who may read a table, who did, and whom to ask about it",
  flags: {
    warehouse: { short: "w", value: "NAME", help: "Where it is" },
    days: { value: "N", help: "How far back, 90 without it" },
    json: { help: "As the API's own JSON, for programs" },
  },
  async run(given) {
    const warehouse = given.text("warehouse");
    if (!warehouse) throw new Failure("Name the table's warehouse with --warehouse.");
    const asked = search({ warehouse, table: given.words[0], ...fromFlags(given, { days: whole("days", 1) }) });
    return printAnswer(given, await clientOf(given).ask(`/usage/tables${asked}`, answer));
  },
};

export const usageCommands: Command[] = [overall, ofTable];
