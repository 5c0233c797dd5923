import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { places, store } from "@/lib/platform/store/open";
import type { Column } from "@/lib/warehouses/adapter";
import { takeTurn } from "./download-turns";
import { csvHeader, csvRow, jsonLabels, jsonRow } from "./formats";
import { type Cell, parseHead } from "./head";
import { type Manifest, readManifest, storedParts } from "./manifest";
import { makePipe, openForReading } from "./pipe";
import { readError, refuseExpired } from "./read-rows";
import { exports, read } from "./readers";
import type { ExportRequest, PageAnswer, PageRequest, WriteRequest } from "./requests";
import type { DownloadQuery, Format } from "./schema";
import { endWhenStalled } from "./stalled-reader";
import type { ResultStatement } from "./statement";
import type { StoredPart } from "./stored";
import { csvPieces, isWhole, jsonPieces, type StreamedCell } from "./whole-cells";
import { writeXlsx } from "./xlsx";

export interface Download {
  stream: Readable;
  contentType: string;
  extension: Format;
}

const contentTypes: Record<Format, string> = {
  csv: "text/csv; charset=utf-8; header=present",
  json: "application/json",
  ndjson: "application/x-ndjson",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  parquet: "application/vnd.apache.parquet",
};
/** A person on a slow line may take long; a child that nobody reads from any more ends with its pipe. */
const exportDeadlineMs = 6 * 3600_000;
const batchRows = 2_000;
/** Who takes nothing for so long has gone to sleep, and holds a child that others wait for. */
const stallMs = 5 * 60_000;

function truncatedNote(statement: ResultStatement): string | null {
  if (!statement.truncated) return null;
  return `These are the first ${statement.rowCount?.toLocaleString("en")} rows; the query had more (${statement.limitedBy ?? "row limit"}).`;
}

/** What a sheet cannot hold of cells that are kept apart; Parquet would hold them, at the cost of all memory. */
function notesOf(statement: ResultStatement, { largeCells }: Manifest, format: Format): string[] {
  const note = truncatedNote(statement);
  const notes = note ? [note] : [];
  if (largeCells.length === 0) return notes;
  const cells = largeCells.length === 1 ? "1 cell" : `${largeCells.length.toLocaleString("en")} cells`;
  if (format === "parquet") {
    const message = `${cells} of this result hold more than 1 MiB each, too much for Parquet from here. Download CSV, JSON or NDJSON, which have them whole.`;
    throw invalidAt("format", message);
  }
  const said = `Longer than a sheet's cell can be, and cut: ${cells}. Download CSV or JSON for the whole.`;
  const places = largeCells.slice(0, 1_000).map(({ row, column, bytes }) => {
    const name = statement.columns?.[column]?.name ?? "";
    return `Row ${(row + 2).toLocaleString("en")}, column ${name}: the beginning of ${bytes.toLocaleString("en")} bytes.`;
  });
  return [...notes, said, ...places];
}

/**
 * The whole result as a file, counted as one of the person's downloads until its stream is closed; closed as well when
 * nobody takes anything of it for `stallMs`.
 * @throws SluiceError conflict while the rows are not complete, rate_limited beside too many of theirs
 */
export async function downloadFor(
  personId: string,
  statement: ResultStatement,
  query: DownloadQuery,
  limits = { stallMs },
): Promise<Download> {
  const over = takeTurn(personId);
  try {
    const answer = await download(statement, query);
    const stream = endWhenStalled(answer.stream, limits.stallMs);
    stream.once("close", over);
    return { ...answer, stream };
  } catch (error) {
    over();
    throw error;
  }
}

/** The same for nobody in particular. @throws SluiceError conflict while the rows are not complete */
export async function download(statement: ResultStatement, { format, formulas }: DownloadQuery): Promise<Download> {
  refuseExpired(statement);
  if (statement.state !== "succeeded")
    throw new SluiceError("conflict", "The rows are not complete, so there is nothing to download yet.");
  const columns = statement.columns ?? [];
  const neutralise = formulas === "neutralise";
  const answer = (stream: Readable): Download => ({ stream, contentType: contentTypes[format], extension: format });
  if (format === "parquet" && columns.length === 0)
    throw new SluiceError("invalid", "Parquet needs at least one column.");
  const { resultKey } = statement;
  try {
    if (!resultKey) {
      const head = Buffer.from(statement.head ?? []);
      if (format === "parquet") return answer(await inlineParquet(statement, head));
      const rows = columns.length === 0 ? emptyRows(statement.rowCount ?? 0) : once(parseHead(head, columns));
      return answer(inProcess(statement, format, neutralise, rows));
    }
    const manifest = await readManifest(resultKey);
    const { parts, release } = await storedParts(resultKey);
    const held = (stream: Readable): Download => {
      stream.once("close", release);
      return answer(stream);
    };
    try {
      // Cells of many megabytes pass through from their own objects, never whole in memory.
      if (manifest.largeCells.length > 0 && format !== "xlsx" && format !== "parquet") {
        const rows = wholeCells(statement, manifest, parts);
        return held(Readable.from(textFile(columns, format, neutralise, rows), { objectMode: false }));
      }
      return held(
        fromChild({
          kind: "export",
          files: parts.map(({ file }) => file),
          columns,
          format,
          neutralise,
          target: "",
          notes: notesOf(statement, manifest, format),
        }),
      );
    } catch (error) {
      release();
      throw error;
    }
  } catch (error) {
    throw readError(error);
  }
}

async function* once(rows: Cell[][]): AsyncIterable<Cell[][]> {
  yield rows;
}

/** Rows without columns take no room where they are kept, so there may be any number of them. */
async function* emptyRows(count: number): AsyncIterable<Cell[][]> {
  for (let done = 0; done < count; done += batchRows)
    yield Array.from({ length: Math.min(batchRows, count - done) }, () => []);
}

async function* wholeCells(
  statement: ResultStatement,
  manifest: Manifest,
  parts: StoredPart[],
): AsyncIterable<StreamedCell[][]> {
  const rest = [...manifest.largeCells].sort((a, b) => a.row - b.row);
  let limit = batchRows;
  for (let offset = 0; offset < manifest.rows; ) {
    const { rows, cut } = await read<PageAnswer>({
      request: pageRequest(statement, parts, manifest.rows, offset, limit),
      deadlineMs: 60_000,
    });
    if (cut.length > 0 && limit > 1) {
      // Fewer at a time are all whole.
      limit = Math.ceil(limit / 4);
      continue;
    }
    const batch: StreamedCell[][] = rows;
    for (let cell = rest[0]; cell && cell.row < offset + rows.length; cell = rest[0]) {
      const { row, column, key } = cell;
      rest.shift();
      const target = batch[row - offset];
      if (target) target[column] = { open: () => store().get(key) };
    }
    yield batch;
    offset += rows.length;
    limit = Math.min(batchRows, limit * 2);
  }
}

/** Rows in the warehouse's own order. */
function pageRequest(
  { columns, timeZone }: ResultStatement,
  parts: StoredPart[],
  known: number,
  offset: number,
  limit: number,
): PageRequest {
  return {
    kind: "page",
    parts,
    columns: columns ?? [],
    timeZone,
    offset,
    limit,
    sort: [],
    filter: [],
    search: "",
    derived: "",
    known,
  };
}

function inProcess(
  statement: ResultStatement,
  format: Exclude<Format, "parquet">,
  neutralise: boolean,
  batches: AsyncIterable<Cell[][]>,
): Readable {
  const columns = statement.columns ?? [];
  if (format === "xlsx") {
    const through = new PassThrough();
    const note = truncatedNote(statement);
    writeXlsx(through, { columns, batches, neutralise, notes: note ? [note] : [] }).catch((error: Error) =>
      through.destroy(error),
    );
    return through;
  }
  return Readable.from(textFile(columns, format, neutralise, batches), { objectMode: false });
}

async function* textFile(
  columns: Column[],
  format: "csv" | "json" | "ndjson",
  neutralise: boolean,
  batches: AsyncIterable<StreamedCell[][]>,
): AsyncIterable<string> {
  const json = jsonRow(columns);
  const labels = jsonLabels(columns);
  let separator = format === "json" ? "\n" : "";
  if (format === "csv") yield csvHeader(columns, neutralise);
  if (format === "json") yield "[";
  for await (const batch of batches) {
    let text = "";
    for (const row of batch) {
      if (row.some(isWhole)) {
        yield text + separator;
        text = "";
        yield* format === "csv" ? csvPieces(row, columns, neutralise) : jsonPieces(row, columns, labels);
      } else if (format === "csv") text += csvRow(row as Cell[], columns, neutralise);
      else text += separator + json(row as Cell[]);
      if (format === "ndjson") text += "\n";
      if (format === "json") separator = ",\n";
    }
    if (text) yield text;
  }
  if (format === "json") yield "\n]\n";
}

/** A child writes into a named pipe; the person's own pace holds it back. */
function fromChild(request: ExportRequest, cleanUp: () => Promise<void> = async () => {}): Readable {
  const folder = path.join(places().scratch, `export-${newId()}`);
  const target = path.join(folder, "out");
  const stop = new AbortController();
  const out = new PassThrough({ highWaterMark: 256 * 1024 });
  // The header needs no child: whoever downloads sees at once that it has begun.
  if (request.format === "csv") out.write(csvHeader(request.columns, request.neutralise));
  const through = async () => {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await makePipe(target);
      stop.signal.throwIfAborted();
      const { stream: pipe, finish } = openForReading(target);
      pipe.on("error", (error) => out.destroy(error));
      stop.signal.addEventListener("abort", () => pipe.destroy());
      pipe.pipe(out);
      await exports.run({ request: { ...request, target }, deadlineMs: exportDeadlineMs, signal: stop.signal });
      finish();
    } catch (error) {
      if (!stop.signal.aborted) out.destroy(readError(error));
    }
  };
  const going = through();
  out.once("close", () => {
    stop.abort();
    void going.then(() => Promise.all([rm(folder, { recursive: true, force: true }), cleanUp()]));
  });
  return out;
}

async function inlineParquet(statement: ResultStatement, head: Buffer): Promise<Readable> {
  const columns = statement.columns ?? [];
  const folder = path.join(places().scratch, `inline-${newId()}`);
  const cleanUp = () => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const request: WriteRequest = {
      kind: "write",
      source: path.join(folder, "rows.csv"),
      target: path.join(folder, "data.parquet"),
      columns,
    };
    await writeFile(request.source, head);
    await exports.run({ request, deadlineMs: 60_000 });
    return fromChild(
      {
        kind: "export",
        files: [request.target],
        columns,
        format: "parquet",
        neutralise: false,
        target: "",
        notes: [],
      },
      cleanUp,
    );
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

/** The whole value of one cell that a page gives the beginning of. */
export async function largeCell(statement: ResultStatement, row: number, column: number): Promise<Readable> {
  refuseExpired(statement);
  const { resultKey } = statement;
  if (!resultKey) throw notApart();
  const manifest = await readManifest(resultKey);
  const cell = manifest.largeCells.find((one) => one.row === row && one.column === column);
  if (cell) return store().get(cell.key);
  try {
    const { parts, release } = await storedParts(resultKey, { offset: row, limit: 1 });
    const request = pageRequest(statement, parts, manifest.rows, row, 1);
    const { rows } = await read<PageAnswer>({ request, deadlineMs: 60_000 }).finally(release);
    const text = rows[0]?.[column];
    if (text === undefined || text === null) throw notApart();
    return Readable.from([Buffer.from(text)]);
  } catch (error) {
    throw readError(error);
  }
}

function notApart(): SluiceError {
  return new SluiceError("not_found", "That cell is not kept apart; its whole value is in the row.");
}
