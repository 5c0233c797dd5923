import { createReadStream, createWriteStream } from "node:fs";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Refusal } from "@/lib/tabular/refusal";
import type { Format } from "@/lib/tabular/schema";
import { toReadable, Utf8Watch } from "@/lib/tabular/texts";
import { type Context, inFolder, StageError } from "../sql/context";
import { secretOf } from "./secret";
import { fetchFrom } from "./web";

/** What is to be read, as a file of our own that readers may be given. */
export interface Source {
  file: string;
  format: Format;
  bytes: number;
  /** Of a file that Sluice keeps: what its numbered columns are called. */
  columns: { name: string; type: string }[] | null;
}

const mostBytes = 4 * 1024 ** 3;

/** The file that the stage's parameters name. @throws StageError at its field */
export async function sourceOf(context: Context, folder: string): Promise<Source> {
  const { from, url } = context.params;
  if (from === "url") {
    if (typeof url !== "string" || url === "") throw new StageError("Write the file's address.", { field: "url" });
    const authorization = secretOf(context, "authorization");
    const headers: Record<string, string> = authorization === null ? {} : { authorization };
    const { answer, close } = await fetchFrom(context, url, { headers, field: "url" });
    try {
      return await taken(answer, folder, "url");
    } finally {
      close();
    }
  }
  const parameter = from === "store" ? "stored" : "file";
  const given = context.files?.[parameter];
  if (!given) throw new StageError("Choose a file.", { field: parameter });
  const file = path.join(inFolder(), given.path);
  if (given.columns) return { file, format: "parquet", bytes: given.bytes, columns: given.columns };
  return taken(createReadStream(file), folder, parameter);
}

/** Onto the disk as it comes; a text is UTF-8 afterwards. */
async function taken(body: NodeJS.ReadableStream, folder: string, field: string): Promise<Source> {
  const file = path.join(folder, "source");
  const text = new Utf8Watch();
  let bytes = 0;
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > mostBytes)
        return done(
          new StageError(`The file is over ${mostBytes / 1024 ** 3} GiB, the most that one may have.`, { field }),
        );
      text.see(chunk);
      done(null, chunk);
    },
  });
  await pipeline(body, watch, createWriteStream(file, { mode: 0o600 }));
  try {
    return { file, format: await toReadable(file, text.held()), bytes, columns: null };
  } catch (error) {
    throw error instanceof Refusal ? new StageError(error.message, { field }) : error;
  }
}
