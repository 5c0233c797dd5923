import { once } from "node:events";
import path from "node:path";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { Turns } from "@/lib/platform/turns";
import { shutInProcess } from "@/lib/warehouses/duckdb/shut-in";
import type { ConvertAnswer, ConvertRequest } from "./requests";

const deadlineMs = 30 * 60_000;
const turns = new Turns(1, 8, "Several files are being read just now. Try again in a minute.");

/**
 * A received file as the Parquet file `rows.parquet` beside it, by a process that can open nothing else.
 * @throws SluiceError invalid at `file`, in words about the file
 */
export async function convert(
  folder: string,
  request: Pick<ConvertRequest, "format" | "sheet">,
  signal: AbortSignal,
): Promise<Extract<ConvertAnswer, { ok: true }> & { file: string }> {
  const answer = await turns.run(() => run({ ...request, folder }, signal));
  if (!answer.ok) throw invalidAt(answer.field, answer.message);
  return { ...answer, file: path.join(folder, "rows.parquet") };
}

async function run(request: ConvertRequest, signal: AbortSignal): Promise<ConvertAnswer> {
  if (signal.aborted) throw new SluiceError("invalid", "The upload was given up.");
  const child = shutInProcess("duckdb-convert.mjs", request.folder, request);
  const end = () => void child.kill("SIGKILL");
  const deadline = setTimeout(end, deadlineMs);
  signal.addEventListener("abort", end);
  try {
    const gone = once(child, "exit").then(() => null);
    const told = await Promise.race([once(child, "message"), gone]);
    if (told) return told[0] as ConvertAnswer;
    logger.warn({ format: request.format }, "a file could not be read with the memory and the time there is");
    const message = "The file took more memory or time to read than there is for one. Split it, or send it as Parquet.";
    return { ok: false, field: "file", message };
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener("abort", end);
    end();
  }
}
