import { type LintView, lintView } from "@/lib/pipelines/schema";
import { type Client, clientOf } from "../client";
import type { Command } from "../command";
import { exits } from "../failure";
import { apply } from "../pipelines/apply";
import { type PipelineFile, pipelineFiles, variableFlags } from "../pipelines/files";
import { compare, differenceLines, refuseTwice } from "../pipelines/live";
import { sourceFlags } from "../pipelines/source";
import { jsonFlag } from "../print";
import { plain } from "../table";

async function lintFile(client: Client, { text, format }: PipelineFile): Promise<LintView> {
  return client.ask("/pipelines/lint", lintView, { method: "POST", text: { text, type: `application/${format}` } });
}

/** As compilers write it, so that editors find the place. */
function problemLines(file: string, { problems }: LintView): string {
  return problems
    .map(({ severity, line, column, stage, message, fix }) => {
      const where = `${file === "-" ? "stdin" : file}:${line ?? 1}:${column ?? 1}`;
      return `${where}: ${severity}: ${stage ? `[${plain(stage)}] ` : ""}${plain(message)} ${plain(fix)}\n`;
    })
    .join("");
}

async function lintAll(client: Client, files: PipelineFile[]): Promise<(LintView & { file: string })[]> {
  const found: (LintView & { file: string })[] = [];
  for (const file of files) found.push({ file: file.file, ...(await lintFile(client, file)) });
  return found;
}

const files = `Folders are read whole: each .yaml, .yml and .json in them and below is a pipeline. YAML, or JSON where the name ends in .json;
- is stdin. {{ var.NAME }} is filled in before anything is sent, also in SQL, where it stands as it is written.`;

export const pipelineFileCommands: Command[] = [
  {
    name: "pipelines lint",
    words: ["<file...>"],
    summary: "Say what is wrong with pipelines in files, before anything is sent to stay",
    flags: { ...variableFlags, ...jsonFlag, quiet: { short: "q", help: "Nothing but the problems" } },
    notes: `${files}
Each problem is a line on stdout, as file:line:column: error: …
Ends with 1 when one of them has an error; warnings alone end with 0.`,
    async run(given) {
      const found = await lintAll(clientOf(given), await pipelineFiles(given));
      if (given.is("json")) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      else for (const one of found) process.stdout.write(problemLines(one.file, one));
      const wrong = found.filter(({ ok }) => !ok).length;
      const said =
        wrong === 0
          ? "No errors."
          : `${wrong} of ${found.length} ${found.length === 1 ? "file" : "files"} with errors.`;
      if (!given.is("quiet")) process.stderr.write(`${said}\n`);
      return wrong === 0 ? exits.done : exits.failed;
    },
  },
  {
    name: "pipelines diff",
    words: ["<file...>"],
    summary: "Say what applying files would change",
    flags: { ...variableFlags, ...jsonFlag },
    notes: `${files}
Ends with 1 when something would change, with 0 when nothing would.`,
    async run(given) {
      const read = await pipelineFiles(given);
      refuseTwice(read);
      const client = clientOf(given);
      const found: Awaited<ReturnType<typeof compare>>[] = [];
      for (const file of read) found.push(await compare(client, file));
      const differing = found.filter((one) => differenceLines(one).length > 0);
      if (given.is("json")) {
        const said = found.map(({ file, name, live, differences, textDiffers }) => ({
          ...{ file: file.file, name, live: live?.version ?? null, differences, textDiffers },
        }));
        process.stdout.write(`${JSON.stringify(said, null, 2)}\n`);
      } else
        for (const one of differing)
          process.stdout.write(`${one.name} (${one.file.file})\n${indented(differenceLines(one))}`);
      if (differing.length === 0) process.stderr.write("Nothing would change.\n");
      return differing.length === 0 ? exits.done : exits.failed;
    },
  },
  {
    name: "pipelines apply",
    words: ["<file...>"],
    summary: "Publish the pipelines in files; what is live already stays as it is",
    flags: {
      ...variableFlags,
      ...sourceFlags,
      prune: { help: "Archive pipelines that were applied from this folder and are no longer in it" },
      note: { value: "TEXT", help: "Said beside new versions; without it the commit" },
      "take-over": { help: "Also those that live elsewhere" },
      ...jsonFlag,
    },
    notes: `${files}
Nothing is published unless all of them are without errors. What is applied from a git repository is afterwards changed there
alone: its form can only be read, and says where it lives. The same files again change nothing.

  sluice pipelines apply pipelines/ --vars environments/production.yaml --prune`,
    async run(given) {
      const read = await pipelineFiles(given);
      refuseTwice(read);
      const client = clientOf(given);
      const linted = await lintAll(client, read);
      for (const one of linted) process.stderr.write(problemLines(one.file, one));
      const wrong = linted.filter(({ ok }) => !ok).length;
      if (wrong > 0) {
        process.stderr.write(`${wrong} of ${read.length} with errors. Nothing was applied.\n`);
        return exits.failed;
      }
      return apply(client, given, read);
    },
  },
];

const indented = (lines: string[]) => lines.map((line) => `  ${line}\n`).join("");
