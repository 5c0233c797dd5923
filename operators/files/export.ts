import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { attachedBytes, fileFormats, pathWords, plainPath } from "@/lib/deliveries/limits";
import { type Context, choice, outFolder, StageError, type Told, text, workFolder } from "../sql/context";
import { columnsIn, readFiles } from "../sql/duck";
import { exported } from "./exported";
import { openShutIn } from "./write-rows";

const mostBody = 512 * 1024;

/** Makes what is to be delivered and says where to; the worker delivers it, once. */
export async function exportRows(context: Context): Promise<Told> {
  const work = workFolder();
  try {
    const input = context.inputs.rows;
    if (!input) throw new StageError("Connect an output of another stage to the input rows.", { field: "rows" });
    const duck = await openShutIn(work);
    const source = readFiles(input, false);
    const columns = await columnsIn(duck, source);
    const [[count] = []] = (await duck.runAndReadAll(`SELECT count(*) FROM ${source}`)).getRowsJS();
    const made = { duck, source, columns, rows: Number(count) };
    const to = choice(context, "to", ["store", "mail", "webhook"], "store");
    const { delivery, words } = await (to === "webhook" ? message(context, made) : file(context, made, to));
    if (context.dry) return { rows: made.rows, plan: { adds: null, changes: null, deletes: null, note: words } };
    const told = path.join(outFolder(), "deliver.json");
    writeFileSync(`${told}.part`, JSON.stringify(delivery));
    renameSync(`${told}.part`, told);
    return { rows: made.rows };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Made {
  duck: DuckDBConnection;
  source: string;
  columns: { name: string; type: string }[];
  rows: number;
}

const rowsWords = (rows: number) => `${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}`;

async function file(context: Context, { duck, source, columns, rows }: Made, to: "store" | "mail") {
  const place = text(context, "path").replace(/^files\//, "");
  if (!plainPath.test(place))
    throw new StageError(`A file cannot be kept as ${place.slice(0, 200)}.`, {
      field: "path",
      hint: pathWords,
    });
  const format = choice(context, "format", fileFormats, "csv");
  const name = `0.${format}`;
  const folder = path.join(outFolder(), "deliver");
  mkdirSync(folder, { recursive: true });
  const target = path.join(folder, name);
  const neutralise = choice(context, "formulas", ["neutralise", "keep"], "neutralise") === "neutralise";
  await exported(duck, { source, columns, rows, format, target, neutralise });
  const files = [{ file: name, path: place, format, rows }];
  if (to === "store") return { delivery: { files }, words: `It would put ${rowsWords(rows)} into ${place}.` };
  const as = choice(context, "as", ["file", "link"], "file");
  const { size } = statSync(target);
  if (as === "file" && size > attachedBytes)
    throw new StageError(`The file has ${(size / 1e6).toFixed(1)} MB, and 10 MB at most go with a mail.`, {
      field: "as",
      hint: "Send a link.",
    });
  const people = context.params.people as string[];
  const { message = "" } = context.params;
  const mails = [{ to: people, subject: text(context, "subject"), text: String(message), path: place, as }];
  return { delivery: { files, mails }, words: `It would mail ${rowsWords(rows)} to ${people.join(", ")}.` };
}

async function message(context: Context, { duck, source, columns, rows }: Made) {
  const url = text(context, "url");
  if (!context.secrets.secret) throw new StageError("Name the secret that signs the message.", { field: "secret" });
  const most = Number(context.params.with_rows ?? 100);
  const read = await duck.runAndReadAll(`SELECT to_json(r)::VARCHAR FROM (SELECT * FROM ${source} LIMIT ${most}) r`);
  const first = most === 0 ? [] : read.getRowsJS().map(([row]) => JSON.parse(String(row)) as object);
  const { run, stage, interval } = context;
  const body = {
    ...{ kind: "export", pipeline: run.pipeline, run: { id: run.id, url: run.url }, stage, interval },
    ...{ columns, rowCount: rows, rows: first },
  };
  if (Buffer.byteLength(JSON.stringify(body)) > mostBody)
    throw new StageError(`The message has more than ${mostBody / 1024} KiB.`, {
      field: "with_rows",
      hint: "Send fewer rows.",
    });
  return {
    delivery: { webhooks: [{ url, secret: "secret", body }] },
    words: `It would tell ${new URL(url).host} of ${rowsWords(rows)}.`,
  };
}
