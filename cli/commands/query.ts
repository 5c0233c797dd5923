import { readFileSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import { submittedView } from "@/lib/executions/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { Failure } from "../failure";
import { checkOutput, output, outputFlags } from "../output";
import { parametersOf } from "../parameters";
import { place } from "../place";
import { watch } from "../watch";

async function sqlOf(given: Given): Promise<string> {
  const file = given.text("file");
  const [typed] = given.words;
  if (typed !== undefined && file !== undefined) throw new Failure("Give the SQL or --file, not both.");
  if (typed !== undefined && typed !== "-") return typed;
  if (file !== undefined && file !== "-") {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      throw new Failure(`${file} cannot be read: ${(error as Error).message}`);
    }
  }
  if (process.stdin.isTTY) throw new Failure('Give the SQL, --file, or send it to stdin. See "sluice query --help".');
  return readAll(process.stdin);
}

async function submit(client: Client, given: Given): Promise<string> {
  const shared = {
    parameters: parametersOf(given.list("param")),
    limit: given.number("limit"),
    maxAgeSeconds: given.number("max-age"),
    lane: given.text("lane"),
    timeZone: given.text("time-zone"),
  };
  const saved = given.text("saved");
  if (saved) {
    if (given.words.length || given.text("file") || given.text("warehouse"))
      throw new Failure("--saved runs a saved query as it is: leave out SQL, --file and --warehouse.");
    const body = { ...shared, version: given.number("version", 1) };
    const where = place("queries", saved, "executions");
    return (await client.ask(where, submittedView, { method: "POST", body })).id;
  }
  const warehouse = given.text("warehouse");
  if (!warehouse) throw new Failure('Name a warehouse with --warehouse; "sluice warehouses" lists them.');
  const body = { ...shared, warehouse, sql: await sqlOf(given) };
  return (await client.ask("/executions", submittedView, { method: "POST", body })).id;
}

export const query: Command = {
  name: "query",
  words: ["[sql]"],
  summary: "Run a statement, or a saved query, and print its rows",
  flags: {
    warehouse: { short: "w", value: "NAME", help: "Where it runs" },
    file: { short: "f", value: "FILE", help: "Read the SQL from a file, - for stdin" },
    saved: { value: "ID", help: "Run this saved query instead of SQL" },
    version: { value: "N", help: "With --saved: that version, whatever is saved later" },
    param: {
      short: "p",
      value: "NAME=VALUE",
      many: true,
      help: "A value for {{NAME}}; NAME:=JSON for a number, list or null",
    },
    limit: { value: "N", help: "Store this many rows at most" },
    "max-age": { value: "SECONDS", help: "Take a stored answer that is no older" },
    lane: { value: "LANE", help: "api, scheduled or backfill" },
    "time-zone": { value: "ZONE", help: "The session's zone, as Europe/Berlin; UTC without it" },
    ...outputFlags,
  },
  notes: `Without SQL and --file the statement is read from stdin. Progress and the execution's address go to stderr. Ctrl-C stops the
statement in the warehouse, a second one leaves at once.

  sluice query -w demo "select * from courses where id = {{id}}" -p id=7
  sluice query -w demo -f report.sql --format parquet -o report.parquet
  sluice query --saved 01JD… --version 3 -p country=US --format csv | head`,
  async run(given) {
    checkOutput(given);
    const client = clientOf(given);
    const id = await submit(client, given);
    return watch(client, id, { quiet: given.is("quiet"), cancels: true, show: (view) => output(client, view, given) });
  },
};
