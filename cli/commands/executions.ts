import type { z } from "zod";
import { executionsPage, executionView, submittedView } from "@/lib/executions/schema";
import { startedSave } from "@/lib/runs/schema";
import { clientOf } from "../client";
import type { Command, Given } from "../command";
import { fromFlags, search, texts, whole } from "../from-flags";
import { checkOutput, output, outputFlags } from "../output";
import { place } from "../place";
import { jsonFlag, printFields, printList } from "../print";
import { watch } from "../watch";
import { followFlags, followRun } from "../watch-run";

const placeOf = ({ words: [id] }: Given) => place("executions", id);
const filters = { ...texts("q", "user", "warehouse", "state", "from", "to", "cursor"), limit: whole("limit", 1) };

export const executionCommands: Command[] = [
  {
    name: "executions",
    words: [],
    summary: "List what was run, newest first",
    flags: {
      q: { value: "TEXT", help: "Words of the SQL" },
      user: { value: "WHO", help: "me, an e-mail address or an id" },
      warehouse: { short: "w", value: "NAME", help: "Only there" },
      state: { value: "STATE", help: "queued, running, succeeded, failed or cancelled" },
      from: { value: "TIME", help: "Not before, as 2026-11-01T00:00:00Z" },
      to: { value: "TIME", help: "Before that" },
      cursor: { value: "ID", help: "Go on from there" },
      limit: { value: "N", help: "How many, 50 without it, at most 200" },
      ...jsonFlag,
    },
    async run(given) {
      const asked = search({ far: true, limit: 50, ...fromFlags(given, filters) });
      const { items, next, searchedTo } = await clientOf(given).ask(`/executions${asked}`, executionsPage);
      if (searchedTo) {
        process.stderr.write(`Searched back to ${searchedTo}. To look further back: the same with --cursor ${next}\n`);
      }
      return printList(given, items, {
        id: (one) => one.id,
        state: (one) => one.state,
        warehouse: (one) => one.warehouse.name,
        who: (one) => one.user.name,
        submitted: (one) => one.submittedAt,
        rows: (one) => one.rowCount,
        sql: (one) => one.sql.replace(/\s+/g, " ").trim(),
      });
    },
  },
  {
    name: "executions show",
    words: ["<id>"],
    summary: "How one stands, all of it",
    flags: jsonFlag,
    run: async (given) => printFields(given, await clientOf(given).ask(placeOf(given), executionView)),
  },
  {
    name: "executions save",
    words: ["<id>", "<table>"],
    summary: "Save its rows as a table of a team's scratch schema, and wait for the end",
    flags: {
      team: { value: "TEAM", help: "Whose schema; needed where several of yours have one" },
      warehouse: { short: "w", value: "NAME", help: "Where; without it where the rows are from" },
      replace: { help: "Replace the table where there is one of that name" },
      ...followFlags,
    },
    notes: "Its SQL runs once more, as you and without a row limit. Ctrl-C ends that, and then nothing is saved.",
    async run(given) {
      const client = clientOf(given);
      const [, table = ""] = given.words;
      const body = {
        table,
        team: given.text("team"),
        warehouse: given.text("warehouse"),
        replace: given.is("replace"),
      };
      const { id, url, saves } = await client.ask(`${placeOf(given)}/table`, startedSave, { method: "POST", body });
      if (!given.is("quiet")) process.stderr.write(`${saves.schema}.${saves.table} in ${saves.warehouse.name}\n`);
      return followRun(client, given, { id, url, cancels: true });
    },
  },
  {
    name: "executions rows",
    words: ["<id>"],
    summary: "Wait for its end and print its rows",
    flags: outputFlags,
    notes: "Ctrl-C ends the waiting, not the execution.",
    async run(given) {
      checkOutput(given);
      const client = clientOf(given);
      const show = (view: z.infer<typeof executionView>) => output(client, view, given);
      return watch(client, given.words[0] ?? "", { quiet: given.is("quiet"), cancels: false, show });
    },
  },
  {
    name: "executions cancel",
    words: ["<id>"],
    summary: "Stop it in the warehouse",
    flags: { reason: { value: "TEXT", help: "Kept with it" } },
    async run(given) {
      const body = { reason: given.text("reason") };
      const { state, url } = await clientOf(given).ask(`${placeOf(given)}/cancel`, submittedView, {
        method: "POST",
        body,
      });
      process.stderr.write(`${url}\n${state === "running" ? "It is being stopped." : `It is ${state}.`}\n`);
      return undefined;
    },
  },
];
