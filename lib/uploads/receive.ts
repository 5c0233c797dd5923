import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, stat } from "node:fs/promises";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SluiceError } from "@/lib/platform/errors";
import { formatOf, utf16 } from "./detect";
import type { Format } from "./schema";

export interface Received {
  file: string;
  format: Format;
  bytes: number;
}

const headBytes = 64 * 1024;
const gigabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 3)} GB`;

/**
 * A body onto the disk, as it comes: memory holds a chunk of it. Text comes out as UTF-8 without a mark, whatever it was.
 * @throws SluiceError too_large, invalid
 */
export async function receive(body: AsyncIterable<Uint8Array>, folder: string, most: number): Promise<Received> {
  const file = path.join(folder, "source");
  let bytes = 0;
  let text = true;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most)
        return done(new SluiceError("too_large", `The file is over ${gigabytes(most)}, the most that one may have.`));
      if (text) text = decodes(decoder, chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.from(body), watch, createWriteStream(file, { mode: 0o600 }));
  const head = await beginning(file);
  const format = formatOf(head);
  if (format !== "xlsx" && format !== "parquet") await asUtf8(file, head, text && decodes(decoder));
  return { file, format, bytes };
}

/** Whether this, and all before, is UTF-8; without a chunk: whether it ended between two characters. */
function decodes(decoder: TextDecoder, chunk?: Buffer): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
    return true;
  } catch {
    return false;
  }
}

async function beginning(file: string): Promise<Buffer> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function asUtf8(file: string, head: Buffer, isUtf8: boolean): Promise<void> {
  const marked = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  const wide = utf16(head);
  if (isUtf8 && !marked && !wide) return;
  // What is no Unicode is taken for what spreadsheets of the West write, which has a character for every byte of Latin-1.
  const decoder = new TextDecoder(wide ?? (isUtf8 ? "utf-8" : "windows-1252"));
  const convert = new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, Buffer.from(decoder.decode(chunk, { stream: true }))),
    flush: (done) => done(null, Buffer.from(decoder.decode())),
  });
  const aside = `${file}.utf8`;
  await pipeline(createReadStream(file), convert, createWriteStream(aside, { mode: 0o600 }));
  await rename(aside, file);
  if ((await stat(file)).size === 0) throw new SluiceError("invalid", "The file is empty.");
}
