import { statSync } from "node:fs";
import path from "node:path";
import { type PipelineItem, type PipelineView, pipelineView } from "@/lib/pipelines/schema";
import type { Client } from "../client";
import type { Given } from "../command";
import { exits, Failure } from "../failure";
import type { PipelineFile } from "./files";
import { allPipelines, type Compared, compare, differenceLines, placeOf } from "./live";
import { type Source, sourceOf } from "./source";

type Outcome = "created" | "changed" | "unchanged" | "archived";

interface Applied {
  name: string;
  outcome: Outcome;
  version: number;
  file: string | null;
}

/** Publishes files that are without errors, and with --prune archives what is no longer among them. */
export async function apply(client: Client, given: Given, files: PipelineFile[]): Promise<number> {
  const folder = onlyFolder(given);
  const source = sourceOf(given, folder ?? path.dirname(files[0]?.file ?? "."));
  if (given.is("prune") && !(folder && source))
    throw new Failure("--prune needs one folder, within a git repository that has an origin, or with --source.");
  const done: Applied[] = [];
  const tell = (one: Applied) => {
    done.push(one);
    if (!given.is("json")) process.stdout.write(`${one.outcome} ${one.name} (version ${one.version})\n`);
  };
  for (const file of files) {
    const compared = await compare(client, file);
    for (const line of differenceLines(compared)) process.stderr.write(`${compared.name}: ${line}\n`);
    tell(await publish(client, given, compared, source));
  }
  if (given.is("prune") && source)
    for (const one of await gone(client, source.base, done)) tell(await archive(client, one));
  if (given.is("json")) process.stdout.write(`${JSON.stringify(done, null, 2)}\n`);
  return exits.done;
}

function onlyFolder(given: Given): string | null {
  const [word] = given.words;
  return given.words.length === 1 && word && word !== "-" && statSync(word).isDirectory() ? word : null;
}

async function publish(
  client: Client,
  given: Given,
  { file, name, live }: Compared,
  source: Source | null,
): Promise<Applied> {
  const lives = file.file === "-" ? undefined : source?.of(file.file);
  const asked = new URLSearchParams({ base: String(live?.version ?? 0) });
  if (lives) asked.set("source", lives);
  const note = given.text("note") ?? (lives && source?.commit ? `Commit ${source.commit}` : undefined);
  if (note) asked.set("note", note);
  // A file that was moved within its place is still there.
  const moved =
    source !== null && lives !== undefined && live?.source?.startsWith(`${source.base}/`) && live.source !== lives;
  if (given.is("take-over") || moved) asked.set("takeOver", "true");
  const view = await client.ask(`${placeOf(name)}?${asked}`, pipelineView, {
    method: "PUT",
    text: { text: file.text, type: `application/${file.format}` },
  });
  const outcome = live === null ? "created" : outcomeOf(view, live);
  return { name, outcome, version: view.version, file: file.file };
}

/** Other operators than when it was published make a version too. */
function outcomeOf(now: PipelineView, before: PipelineView): Outcome {
  const same = now.version === before.version && now.source === before.source && before.archivedAt === null;
  return same ? "unchanged" : "changed";
}

/** Those that live in this place and are not among the applied ones. */
async function gone(client: Client, base: string, applied: Applied[]): Promise<PipelineItem[]> {
  const kept = new Set(applied.map(({ name }) => name));
  const all = await allPipelines(client);
  return all.filter(({ name, source }) => source?.startsWith(`${base}/`) && !kept.has(name));
}

async function archive(client: Client, { name, version }: PipelineItem): Promise<Applied> {
  await client.open(placeOf(name), { method: "DELETE" });
  return { name, outcome: "archived", version, file: null };
}
