import type { Given } from "./command";
import { table } from "./table";

/** Columns of a list by their heading; what a column shows of an item. */
export type Shown<Item> = Record<string, (item: Item) => unknown>;

export const jsonFlag = { json: { help: "As the API's own JSON, for programs" } };

/** A list as a table, or with --json whole. */
export function printList<Item>(given: Given, items: Item[], shown: Shown<Item>): undefined {
  if (given.is("json")) return printJson(items);
  const rows = items.map((item) => Object.values(shown).map((of) => of(item) ?? ""));
  process.stdout.write(items.length ? table(Object.keys(shown), rows) : "None.\n");
  return undefined;
}

/** One thing, a line for each of its fields. */
export function printFields(given: Given, thing: object): undefined {
  if (given.is("json")) return printJson(thing);
  const fields = Object.entries(thing).map(([name, value]): [string, string] => [
    name,
    value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
  const width = Math.max(...fields.map(([name]) => name.length));
  process.stdout.write(fields.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join(""));
  return undefined;
}

export function printJson(value: unknown): undefined {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  return undefined;
}
