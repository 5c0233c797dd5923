import { createWriteStream, renameSync, rmSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { ExecutionView } from "@/lib/executions/schema";
import { formats } from "@/lib/results/schema";
import type { Client } from "./client";
import type { Flag, Given } from "./command";
import { exits, Failure } from "./failure";
import { place } from "./place";
import { table } from "./table";

/** As many as a terminal is read by; a file has all. */
const tableRows = 1_000;
const rowsView = z.object({ rows: z.array(z.array(z.unknown())) });

export const outputFlags: Record<string, Flag> = {
  format: { value: "FORMAT", help: `table (the first ${tableRows} rows), ${formats.join(", ")}` },
  output: { short: "o", value: "FILE", help: "Write there; it appears when it is whole" },
  wide: { help: "Do not shorten cells of the table" },
  quiet: { short: "q", help: "Nothing on stderr but errors" },
};

const binary = new Set(["parquet", "xlsx"]);

/** What can be said before anything has run. @throws Failure */
export function checkOutput(given: Given): void {
  const format = given.text("format") ?? "table";
  if (format !== "table" && !(formats as readonly string[]).includes(format))
    throw new Failure(`There is no format "${format}"; use table, ${formats.join(", ")}.`);
  if (binary.has(format) && !given.text("output") && process.stdout.isTTY)
    throw new Failure(`${format} is not for a terminal; add --output FILE.`);
}

/** Prints the rows of an execution that succeeded, and says on stderr what of them is missing. */
export async function output(client: Client, view: ExecutionView, given: Given): Promise<void> {
  const format = given.text("format") ?? "table";
  const where = place("executions", view.id);
  if (format === "table") {
    const { rows } = await client.ask(`${where}/rows?limit=${tableRows}`, rowsView);
    const names = (view.columns ?? []).map(({ name }) => name);
    await write(Readable.from([table(names, rows, given.is("wide") ? Number.MAX_SAFE_INTEGER : undefined)]), given);
    const more = (view.rowCount ?? 0) - rows.length;
    if (more > 0) tell(given, `${more} more rows; --format csv prints all.`);
  } else {
    await save(await client.open(`${where}/download?format=${format}`), given);
  }
  if (view.truncated) tell(given, `Cut at ${view.rowCount} rows by ${view.limitedBy ?? "a limit"}: there are more.`);
}

/** A file that Sluice streams, to --output or stdout. */
export async function save({ body }: Response, given: Given): Promise<undefined> {
  if (!body) throw new Failure("Sluice sent no file.", exits.away);
  await write(Readable.fromWeb(body as never), given);
  return undefined;
}

const tell = (given: Given, text: string) => void (given.is("quiet") || process.stderr.write(`${text}\n`));

async function write(from: Readable, given: Given): Promise<void> {
  const file = given.text("output");
  const half = `${file}.part`;
  try {
    await pipeline(from, file ? createWriteStream(half) : process.stdout, { end: file !== undefined });
  } catch (error) {
    if (file) rmSync(half, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EPIPE") return;
    throw new Failure(`It could not be written${file ? ` to ${file}` : ""}: ${message}`, exits.away);
  }
  if (file) renameSync(half, file);
}
