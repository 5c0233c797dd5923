import { Readable } from "node:stream";

/** Handed on at a time: also who takes a few hundred bytes a second takes one of these within minutes. */
const pieceBytes = 64 * 1024;

/**
 * The same bytes, ended with an error once nothing was taken of what is there for `limitMs`. Only the reader is timed,
 * never the source; who takes slowly but goes on taking is left alone.
 */
export function endWhenStalled(source: Readable, limitMs: number): Readable {
  async function* pieces(): AsyncIterable<Buffer> {
    for await (const chunk of source) {
      const bytes = Buffer.from(chunk as Buffer | string);
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        const timer = setTimeout(() => out.destroy(new Error("Nobody took the download any more.")), limitMs);
        try {
          yield bytes.subarray(at, at + pieceBytes);
        } finally {
          clearTimeout(timer);
        }
      }
    }
  }
  const out = Readable.from(pieces(), { objectMode: false, highWaterMark: pieceBytes });
  // What was never asked for a piece has not begun to read its source, and would not end it.
  out.once("close", () => source.destroy());
  return out;
}
