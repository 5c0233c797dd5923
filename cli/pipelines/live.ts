import { type Difference, diffDocuments } from "@/lib/pipelines/diff";
import { parseDocument, writeYaml } from "@/lib/pipelines/document";
import { type PipelineItem, type PipelineView, pipelineItem, pipelineView } from "@/lib/pipelines/schema";
import type { Client } from "../client";
import { exits, Failure } from "../failure";
import { allPages } from "../pages";
import { place } from "../place";
import { plain } from "../table";
import { nameIn, type PipelineFile } from "./files";

/** The live pipeline of a name; null where there is none that you may open. */
export async function livePipeline(client: Client, name: string): Promise<PipelineView | null> {
  try {
    return await client.ask(placeOf(name), pipelineView);
  } catch (error) {
    if (error instanceof Failure && error.exit === exits.missing) return null;
    throw error;
  }
}

export const placeOf = (name: string) => place("pipelines", name);

export const allPipelines = (client: Client, asked: Record<string, unknown> = {}): Promise<PipelineItem[]> =>
  allPages(client, "/pipelines", pipelineItem, asked);

/** A file beside what is live. */
export interface Compared {
  file: PipelineFile;
  name: string;
  live: PipelineView | null;
  /** In words; none where the document says the same. */
  differences: Difference[];
  /** Whether the text is another, if only by a comment. */
  textDiffers: boolean;
}

/** @throws Failure for a file whose document cannot be read */
export async function compare(client: Client, file: PipelineFile): Promise<Compared> {
  const parsed = parseDocument(file.text, file.format);
  if (!parsed.ok) {
    const [first] = parsed.problems;
    throw new Failure(`${file.file}: ${first?.message} ${first?.fix} "sluice pipelines lint" says all.`, exits.failed);
  }
  const { document } = parsed;
  const live = await livePipeline(client, document.name);
  const text = file.format === "json" ? writeYaml(document) : file.text;
  return {
    ...{ file, name: document.name, live },
    differences: live ? diffDocuments(live.document, document) : [],
    textDiffers: live !== null && live.text !== text,
  };
}

/** One document, one file. @throws Failure naming both */
export function refuseTwice(files: PipelineFile[]): void {
  const seen = new Map<string, string>();
  for (const file of files) {
    const name = nameIn(file);
    const before = name && seen.get(name);
    if (before) throw new Failure(`${before} and ${file.file} are both of the pipeline ${name}. Keep one.`);
    if (name) seen.set(name, file.file);
  }
}

/** What a person reads of it; nothing where nothing differs. */
export function differenceLines({ live, differences, textDiffers }: Compared): string[] {
  if (!live) return ["It is new."];
  const lines = differences.flatMap(({ words, texts }) => [plain(words), ...(texts ? textLines(texts) : [])]);
  if (live.archivedAt) lines.push("It is archived, and would be brought back.");
  if (lines.length === 0 && textDiffers) lines.push("Only its comments, or how it is written, differ.");
  return lines;
}

const mostLines = 200;

/** Lines that only one of them has, in their order: enough to know what changed. */
function textLines({ before, after }: { before: string; after: string }): string[] {
  const [older, newer] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < older.length && start < newer.length && older[start] === newer[start]) start++;
  let end = 0;
  while (
    end < Math.min(older.length, newer.length) - start &&
    older[older.length - 1 - end] === newer[newer.length - 1 - end]
  )
    end++;
  const gone = older.slice(start, older.length - end).map((line) => `  - ${plain(line)}`);
  const come = newer.slice(start, newer.length - end).map((line) => `  + ${plain(line)}`);
  const all = [...gone, ...come];
  return all.length > mostLines ? [...all.slice(0, mostLines), `  … ${all.length - mostLines} more lines`] : all;
}
