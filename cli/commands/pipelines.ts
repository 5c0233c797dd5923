import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pipelineView } from "@/lib/pipelines/schema";
import { startedView } from "@/lib/runs/schema";
import { clientOf } from "../client";
import type { Command, Given } from "../command";
import { exits, Failure } from "../failure";
import { fromFlags, switches, texts } from "../from-flags";
import { parametersOf } from "../parameters";
import { allPipelines, placeOf } from "../pipelines/live";
import { jsonFlag, printFields, printList } from "../print";
import { followFlags, followRun } from "../watch-run";
import { pipelineFileCommands } from "./pipeline-files";

async function exported(given: Given): Promise<number> {
  const client = clientOf(given);
  const folder = given.text("output");
  const names = given.is("all") ? (await allPipelines(client)).map(({ name }) => name) : given.words;
  if (names.length === 0) throw new Failure("Name pipelines, or give --all.");
  if (names.length > 1 && !folder) throw new Failure("Several pipelines need a folder: --output FOLDER.");
  if (folder) mkdirSync(folder, { recursive: true });
  for (const name of names) {
    const { name: own, text } = await client.ask(placeOf(name), pipelineView);
    if (!folder) process.stdout.write(text);
    else {
      const file = path.join(folder, `${own}.yaml`);
      writeFileSync(file, text);
      process.stderr.write(`${file}\n`);
    }
  }
  return exits.done;
}

export const pipelineCommands: Command[] = [
  {
    name: "pipelines",
    words: [],
    summary: "List pipelines, with how they ended last and when they run next",
    flags: {
      q: { value: "TEXT", help: "In the name or title" },
      mine: { help: "Only those of you and your teams" },
      archived: { help: "Those that were archived" },
      ...jsonFlag,
    },
    async run(given) {
      const asked = fromFlags(given, { ...texts("q"), ...switches("mine", "archived") });
      return printList(given, await allPipelines(clientOf(given), asked), {
        name: (one) => one.name,
        owner: (one) => one.owner.team?.name ?? one.owner.user.name,
        version: (one) => one.version,
        last: (one) => one.runs[0]?.state,
        "last run": (one) => one.runs[0]?.createdAt,
        "next run": (one) => one.nextAt,
        source: (one) => one.source,
      });
    },
  },
  {
    name: "pipelines show",
    words: ["<pipeline>"],
    summary: "What is live of one, and where it lives",
    flags: jsonFlag,
    async run(given) {
      const view = await clientOf(given).ask(placeOf(given.words[0] ?? ""), pipelineView);
      if (given.is("json")) return printFields(given, view);
      const { text: _, document, runs, may: __, owner, ...rest } = view;
      const stages = document.stages.map(({ id, operator }) => `${id} (${operator})`).join(", ");
      return printFields(given, {
        ...rest,
        owner: owner.team?.name ?? owner.user.name,
        stages,
        last: runs[0]?.state ?? null,
      });
    },
  },
  ...pipelineFileCommands,
  {
    name: "pipelines export",
    words: ["[pipeline...]"],
    summary: "Print a pipeline's YAML, or write several into a folder",
    flags: {
      all: { help: "All that you see" },
      output: { short: "o", value: "FOLDER", help: "A file there for each, by its name" },
    },
    run: exported,
  },
  {
    name: "pipelines run",
    words: ["<pipeline>"],
    summary: "Run the live version, and wait for its end",
    flags: {
      from: { value: "TIME", help: "The interval's beginning, as 2026-11-01 or 2026-11-01T08:00:00Z" },
      to: { value: "TIME", help: "Its end, which does not belong to it; without both the last complete day" },
      "time-zone": { value: "ZONE", help: "Of these times, as Europe/Berlin" },
      param: { short: "p", value: "NAME=VALUE", many: true, help: "A parameter of the run; NAME:=JSON for a number" },
      lane: { value: "LANE", help: "scheduled, which it is without this, or backfill" },
      ...followFlags,
    },
    notes: `Progress and the run's address go to stderr, its log with --logs to stdout. Ctrl-C cancels the run, a second one leaves at
once. Ends with 1 when the run failed, with 6 when somebody cancelled it.`,
    async run(given) {
      const client = clientOf(given);
      const body = {
        ...{ from: given.text("from"), to: given.text("to"), timeZone: given.text("time-zone") },
        ...{ params: parametersOf(given.list("param")), lane: given.text("lane") },
      };
      const where = `${placeOf(given.words[0] ?? "")}/runs`;
      const { id, url } = await client.ask(where, startedView, { method: "POST", body });
      return followRun(client, given, { id, url, cancels: true });
    },
  },
];
