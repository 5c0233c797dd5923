import { createWriteStream } from "node:fs";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { Refusal } from "@/lib/tabular/refusal";
import { toReadable, Utf8Watch } from "@/lib/tabular/texts";
import { isArchive } from "./archive";
import type { UploadFormat } from "./schema";

export interface Received {
  file: string;
  format: UploadFormat;
  bytes: number;
}

const gigabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 3)} GB`;

/**
 * A body onto the disk, as it comes: memory holds a chunk of it. Text comes out as UTF-8 without a mark, whatever it was.
 * @throws SluiceError too_large, invalid
 */
export async function receive(body: AsyncIterable<Uint8Array>, folder: string, most: number): Promise<Received> {
  const file = path.join(folder, "source");
  let bytes = 0;
  const text = new Utf8Watch();
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most)
        return done(new SluiceError("too_large", `The file is over ${gigabytes(most)}, the most that one may have.`));
      text.see(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.from(body), watch, createWriteStream(file, { mode: 0o600 }));
  if (await isArchive(file)) return { file, format: "archive", bytes };
  try {
    return { file, format: await toReadable(file, text.held()), bytes };
  } catch (error) {
    throw error instanceof Refusal ? invalidAt(error.field, error.message) : error;
  }
}
