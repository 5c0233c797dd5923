import { z } from "zod";
import { runItem, runView, startedView } from "@/lib/runs/schema";
import { clientOf } from "../client";
import type { Command, Given } from "../command";
import { fromFlags, search, switches, texts, whole } from "../from-flags";
import { jsonFlag, printFields, printList } from "../print";
import { followFlags, followRun, printLog, runPlace } from "../watch-run";

const page = z.object({ items: z.array(runItem), next: z.string().nullable() });
/** As the pages mark it: what ran as a process of a worker had no wall around it. */
const where = (notIsolated: boolean) => (notIsolated ? "not isolated" : "");
const idOf = (given: Given) => given.words[0] ?? "";

export const runCommands: Command[] = [
  {
    name: "runs",
    words: [],
    summary: "List runs of pipelines, newest first",
    flags: {
      pipeline: { value: "NAME", help: "Only its" },
      state: { value: "STATE", help: "queued, running, succeeded, failed or cancelled" },
      cursor: { value: "ID", help: "Go on from there" },
      limit: { value: "N", help: "How many, 50 without it, at most 200" },
      ...jsonFlag,
    },
    async run(given) {
      const filters = { ...texts("pipeline", "state", "cursor"), limit: whole("limit", 1) };
      const asked = search({ limit: 50, ...fromFlags(given, filters) });
      const { items, next } = await clientOf(given).ask(`/runs${asked}`, page);
      if (next) process.stderr.write(`There are more: the same with --cursor ${next}\n`);
      return printList(given, items, {
        id: (one) => one.id,
        pipeline: (one) => one.pipeline.name,
        version: (one) => one.version,
        state: (one) => one.state,
        from: (one) => one.interval.from,
        started: (one) => one.startedAt,
        finished: (one) => one.finishedAt,
        runs: (one) => where(one.notIsolated),
        error: (one) => one.error,
      });
    },
  },
  {
    name: "runs show",
    words: ["<run>"],
    summary: "How a run and its stages stand",
    flags: jsonFlag,
    async run(given) {
      const view = await clientOf(given).ask(runPlace(idOf(given)), runView);
      if (given.is("json")) return printFields(given, view);
      const { stages, may: _, pipeline, by, notIsolated, ...rest } = view;
      printFields(given, { ...rest, pipeline: pipeline.name, by: by.name, runs: where(notIsolated) });
      process.stdout.write("\n");
      return printList(given, stages, {
        stage: (one) => one.id,
        operator: (one) => one.operator,
        state: (one) => one.state,
        tries: (one) => one.attempts.length,
        rows: (one) => one.attempts.at(-1)?.rows,
        runs: (one) => where(one.attempts.at(-1)?.runtime === "process"),
        error: (one) => one.error?.message,
      });
    },
  },
  {
    name: "runs watch",
    words: ["<run>"],
    summary: "Wait for a run's end, and say what its stages do",
    flags: { logs: followFlags.logs, quiet: followFlags.quiet },
    notes: "Ctrl-C ends the watching, not the run. Ends with 1 when the run failed, with 6 when it was cancelled.",
    async run(given) {
      const client = clientOf(given);
      const { id, url } = await client.ask(runPlace(idOf(given)), runView);
      return followRun(client, given, { id, url, cancels: false });
    },
  },
  {
    name: "runs logs",
    words: ["<run>"],
    summary: "Print what a run's stages printed",
    flags: {
      stage: { value: "ID", help: "Only this stage" },
      attempt: { value: "N", help: "Only its try of this number" },
      tail: { value: "N", help: "Only the last lines" },
      q: { value: "TEXT", help: "Only lines with this in them" },
      follow: { short: "f", help: "Go on until the run has ended" },
      ...jsonFlag,
    },
    async run(given) {
      const filters = {
        ...texts("stage", "q"),
        ...switches("follow"),
        attempt: whole("attempt", 1),
        tail: whole("tail", 1),
      };
      const asked = search(fromFlags(given, filters));
      await printLog(clientOf(given), idOf(given), asked, undefined, given.is("json"));
      return undefined;
    },
  },
  {
    name: "runs retry",
    words: ["<run>"],
    summary: "Go on from a run that has ended, and wait for the end",
    flags: {
      stage: { value: "ID", help: "From this stage on; without it from what did not succeed" },
      only: { help: "This stage alone, nothing below it" },
      memory: { value: "2Gi", help: "For the stage named: as much, in this run and those that go on from it" },
      whole: { help: "All of it, also what succeeded" },
      latest: { help: "By the version that is live now, not the one that ran" },
      ...followFlags,
    },
    async run(given) {
      const client = clientOf(given);
      const body = {
        stage: given.text("stage"),
        ...(given.is("only") && { only: true }),
        ...(given.is("whole") && { whole: true }),
        memory: given.text("memory"),
        version: given.is("latest") ? "latest" : "same",
      };
      const { id, url } = await client.ask(`${runPlace(idOf(given))}/retry`, startedView, { method: "POST", body });
      return followRun(client, given, { id, url, cancels: true });
    },
  },
  {
    name: "runs cancel",
    words: ["<run>"],
    summary: "End a run and what it has under way",
    flags: { reason: { value: "TEXT", help: "Kept with it" } },
    async run(given) {
      const body = { reason: given.text("reason") };
      const client = clientOf(given);
      const { state, url } = await client.ask(`${runPlace(idOf(given))}/cancel`, startedView, { method: "POST", body });
      process.stderr.write(`${url}\n${state === "running" ? "It is being ended." : `It is ${state}.`}\n`);
      return undefined;
    },
  },
];
