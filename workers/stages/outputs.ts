import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { chmod, lstat, open, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { store } from "@/lib/platform/store/open";
import { artifactKey, fileName } from "@/lib/runs/artifacts";
import { handedBytes, handedSchema, resultSchema, type StageResult } from "@/lib/runs/context";
import type { PublishedArtifact } from "@/lib/runs/lease";
import type { OwnAttempt } from "./own-attempt";
import { withStore } from "./patience";
import { SecretSearch } from "./secret-search";
import { isFull, StageFailure } from "./stage-failure";
import { describeTable } from "./tables";

const invalid = (message: string, hint?: string) =>
  new StageFailure({ cause: "invalid_output", message, ...(hint ? { hint } : {}) }, "again");

const chunkBytes = 1024 * 1024;
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

/**
 * Checks every file of every output, then puts them into the store; seen only once the attempt's end names them. What a worker
 * has put there that died, or left, before the end, is taken for written: it is where the program cannot reach.
 */
export async function publishOutputs(
  own: OwnAttempt,
  outputs: Record<string, { format: PublishedArtifact["format"]; required: boolean }>,
  out: string,
  secrets: readonly string[],
): Promise<PublishedArtifact[]> {
  const published: PublishedArtifact[] = [];
  for (const [output, { format, required }] of Object.entries(outputs)) {
    const found = await withStore(own, () =>
      filesOf(own.queued.attempt, { folder: path.join(out, output), output, format }),
    );
    if (found.length === 0) {
      if (!required) continue;
      throw invalid(
        `The program wrote no file into the output ${output}.`,
        `Write $SLUICE_OUT/${output}/<name>.${format}, also when there are no rows.`,
      );
    }
    const { rows, columns } = await withStore(own, () => described(output, found, format, own.stopped));
    const files: PublishedArtifact["files"] = [];
    for (const one of found)
      files.push({
        name: one.name,
        ...(await withStore(own, () => handOver({ ...one, secrets, called: `out/${output}/${one.name}` }))),
      });
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    published.push({ output, format, files, bytes, rows, columns });
  }
  return published;
}

/** One file on its way from a stage's folder into the store. */
interface OnItsWay {
  key: string;
  file: string;
}

interface HandedOver extends OnItsWay {
  /** What must not stand in it. */
  secrets: readonly string[];
  /** What the file is to whoever wrote it. */
  called: string;
}

/** Puts it there, or finds that somebody has. @throws StageFailure where a secret stands in it */
export async function handOver({ key, file, secrets, called }: HandedOver): Promise<{ bytes: number; sha256: string }> {
  const here = await lstat(file).catch(() => null);
  if (!here) {
    const stored = await stat(await store().local(key));
    return { bytes: stored.size, sha256: await digestOf(await store().local(key)) };
  }
  const search = new SecretSearch(secrets);
  const sha256 = await digestOf(file, (piece) => {
    if (search.finds(piece))
      throw invalid(
        `${called} has a secret in it that the stage was given.`,
        "Leave it out: others may open the file.",
      );
  });
  // Before it is published: whoever reads it later may be another user, and nobody changes it.
  await chmod(file, 0o444);
  return { bytes: (await store().putFile(key, file)).bytes, sha256 };
}

async function described(output: string, found: OnItsWay[], format: PublishedArtifact["format"], signal: AbortSignal) {
  const files = [];
  for (const { key, file } of found)
    files.push((await lstat(file).catch(() => null)) ? file : await store().local(key));
  return describeTable({ files, from: format }, signal).catch((error: Error) => {
    if (error instanceof StageFailure || isFull(error)) throw error;
    throw invalid(`The output ${output} cannot be read as ${format}: ${error.message}`);
  });
}

/** An output's files by their names. @throws StageFailure for anything that is no plain file of that format */
async function filesOf(
  attempt: string,
  { folder, output, format }: { folder: string; output: string; format: string },
): Promise<(OnItsWay & { name: string })[]> {
  const names = new Set<string>();
  for await (const { key } of store().list(artifactKey(attempt, output, ""))) names.add(path.posix.basename(key));
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
    names.add(entry.name);
  }
  return [...names]
    .filter((name) => fileName.test(name))
    .sort()
    .map((name) => ({ name, key: artifactKey(attempt, output, name), file: path.join(folder, name) }));
}

async function digestOf(file: string, see?: (piece: Buffer) => void): Promise<string> {
  const hash = createHash("sha256");
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  // One piece of memory for all of it: the pieces of a stream pile up until they are collected.
  const chunk = Buffer.allocUnsafe(chunkBytes);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes, null);
      if (bytesRead === 0) break;
      const piece = chunk.subarray(0, bytesRead);
      see?.(piece);
      hash.update(piece);
    }
  } finally {
    await handle.close();
  }
  return hash.digest("hex");
}
