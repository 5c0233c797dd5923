import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { chmod, lstat, open, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { store } from "@/lib/platform/store/open";
import { artifactKey, fileName } from "@/lib/runs/artifacts";
import { handedBytes, handedSchema, resultSchema, type StageResult } from "@/lib/runs/context";
import type { PublishedArtifact } from "@/lib/runs/lease";
import { StageFailure } from "./stage-failure";
import { describeTable } from "./tables";

const invalid = (message: string, hint?: string) =>
  new StageFailure({ cause: "invalid_output", message, ...(hint ? { hint } : {}) }, "again");

const resultBytes = 1024 * 1024;

/** A file of ours to read whole: a regular one, no link to elsewhere, no larger than it may be. Null: it is not there. */
export async function readOwn(file: string, most: number): Promise<string | null> {
  const info = await lstat(file).catch(() => null);
  if (!info) return null;
  const name = path.basename(file);
  if (!info.isFile()) throw invalid(`out/${name} is not a plain file.`);
  if (info.size > most)
    throw invalid(
      `out/${name} has ${info.size.toLocaleString("en-US")} bytes; at most ${most.toLocaleString("en-US")} are allowed.`,
    );
  return readFile(file, "utf8");
}

export function parsed<T>(
  name: string,
  text: string,
  schema: { safeParse(value: unknown): { success: boolean; data?: T; error?: Error } },
): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`out/${name} is not JSON: ${(error as Error).message}`);
  }
  const answer = schema.safeParse(value);
  if (answer.success) return answer.data as T;
  throw invalid(`out/${name} does not have the shape that the stage contract says.`, "See docs/operators.md.");
}

/** What the program says of itself. It may have failed and said so: what cannot be read then is no second failure. */
export async function readResult(out: string): Promise<StageResult> {
  const text = await readOwn(path.join(out, "result.json"), resultBytes);
  return text === null ? {} : parsed("result.json", text, resultSchema);
}

/** What it hands to later stages. */
export async function readHanded(out: string): Promise<Record<string, unknown> | null> {
  const text = await readOwn(path.join(out, "params.json"), handedBytes);
  return text === null ? null : parsed("params.json", text, handedSchema);
}

/** Checks every file of every output, then puts them into the store; seen only once the attempt's end names them. */
export async function publishOutputs(
  attempt: string,
  outputs: Record<string, { format: PublishedArtifact["format"]; required: boolean }>,
  out: string,
  signal: AbortSignal,
): Promise<PublishedArtifact[]> {
  const published: PublishedArtifact[] = [];
  for (const [output, { format, required }] of Object.entries(outputs)) {
    const folder = path.join(out, output);
    const names = await filesOf(folder, output, format);
    if (names.length === 0) {
      if (!required) continue;
      throw invalid(
        `The program wrote no file into the output ${output}.`,
        `Write $SLUICE_OUT/${output}/<name>.${format}, also when there are no rows.`,
      );
    }
    const files = names.map((name) => path.join(folder, name));
    const { rows, columns } = await describeTable({ files, from: format }, signal).catch((error: Error) => {
      throw error instanceof StageFailure
        ? error
        : invalid(`The output ${output} cannot be read as ${format}: ${error.message}`);
    });
    const kept: PublishedArtifact["files"] = [];
    for (const name of names) {
      const file = path.join(folder, name);
      const sha256 = await digestOf(file);
      // Before it is published: whoever reads it later may be another user, and nobody changes it.
      await chmod(file, 0o444);
      const { bytes } = await store().putFile(artifactKey(attempt, output, name), file);
      kept.push({ name, bytes, sha256 });
    }
    published.push({
      output,
      format,
      files: kept,
      bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
      rows,
      columns,
    });
  }
  return published;
}

/** Names of an output's files, in order. @throws StageFailure for anything that is no plain file of that format */
async function filesOf(folder: string, output: string, format: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile())
      throw invalid(
        `out/${output}/${entry.name.slice(0, 200)} is not a plain file.`,
        "Write files, no folders and no links.",
      );
    if (!fileName.test(entry.name) || !entry.name.endsWith(`.${format}`))
      throw invalid(
        `out/${output}/${entry.name.slice(0, 200)} is not named as a file of this output is.`,
        `Name it <name>.${format}, with letters, digits, dots, _ and -.`,
      );
  }
  return entries.map(({ name }) => name).sort();
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for await (const chunk of handle.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
  } finally {
    await handle.close();
  }
  return hash.digest("hex");
}
