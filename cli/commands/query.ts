import { submittedView } from "@/lib/executions/schema";
import { type Client, clientOf } from "../client";
import type { Command, Given } from "../command";
import { Failure } from "../failure";
import { checkOutput, output, outputFlags } from "../output";
import { parametersOf } from "../parameters";
import { place } from "../place";
import { sqlFlags, sqlOf } from "../sql";
import { watch } from "../watch";

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
    ...sqlFlags,
    saved: { value: "ID", help: "Run this saved query instead of SQL" },
    version: { value: "N", help: "With --saved: that version, whatever is saved later" },
    limit: { value: "N", help: "Store this many rows at most" },
    "max-age": { value: "SECONDS", help: "Take a stored answer that is no older" },
    lane: { value: "LANE", help: "api, scheduled or backfill" },
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
