import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, stat } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { formatOf, utf16 } from "./detect";
import { Refusal } from "./refusal";
import type { Format } from "./schema";

const headBytes = 64 * 1024;

/** Whether all that passed by was UTF-8. */
export class Utf8Watch {
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });
  private right = true;

  see(chunk: Uint8Array): void {
    if (this.right) this.right = this.decodes(chunk);
  }

  /** At the end, which may stand between two characters. */
  held(): boolean {
    return this.right && this.decodes();
  }

  private decodes(chunk?: Uint8Array): boolean {
    try {
      this.decoder.decode(chunk, { stream: chunk !== undefined });
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * What a file is, by its content; a text is UTF-8 without a mark afterwards, whatever it was.
 * @throws Refusal where it is nothing that holds a table
 */
export async function toReadable(file: string, isUtf8: boolean): Promise<Format> {
  const head = await beginning(file);
  const format = formatOf(head);
  if (format !== "xlsx" && format !== "parquet") await asUtf8(file, head, isUtf8);
  return format;
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
  if ((await stat(file)).size === 0) throw new Refusal("The file is empty.");
}
