/** The longest line that is kept, in bytes. */
export const maxLineBytes = 64 * 1024;
export const cutMark = " … [Sluice: the rest of this line was cut, it is longer than 64 KiB]";

const newline = 0x0a;

/** Without the first bytes of a character whose last ones were cut off. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

// A store of texts may have no room for NUL (PostgreSQL has none).
const text = (bytes: Buffer) => bytes.toString("utf8").replaceAll("\0", "\uFFFD");

/**
 * Makes lines of the bytes of one stream. What stands before a newline is a line, without a carriage return at its end; a
 * line of more than 64 KiB is given at once, marked, and its rest let go of, so that a gigabyte without a newline costs
 * no memory.
 */
export class LineCutter {
  private parts: Buffer[] = [];
  private size = 0;

  /** `cutting`: the bytes begin within the rest of a line that was cut. */
  constructor(private cutting = false) {}

  get state(): { pending: boolean; cutting: boolean } {
    return { pending: this.size > 0, cutting: this.cutting };
  }

  push(bytes: Buffer, give: (line: string) => void): void {
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(newline, from);
      this.take(bytes.subarray(from, end < 0 ? bytes.length : end), give);
      if (end < 0) return;
      this.finish(give);
      from = end + 1;
    }
  }

  /** The stream has ended: what has no newline is a line too. */
  end(give: (line: string) => void): void {
    if (this.size > 0 || this.cutting) this.finish(give);
  }

  private take(piece: Buffer, give: (line: string) => void): void {
    if (this.cutting || piece.length === 0) return;
    const room = maxLineBytes - this.size;
    this.parts.push(piece.length > room ? piece.subarray(0, room) : piece);
    this.size += Math.min(piece.length, room);
    if (piece.length <= room) return;
    give(text(wholeCharacters(Buffer.concat(this.parts))) + cutMark);
    this.cutting = true;
    this.parts = [];
    this.size = 0;
  }

  private finish(give: (line: string) => void): void {
    if (!this.cutting) {
      const line = this.parts.length === 1 ? (this.parts[0] as Buffer) : Buffer.concat(this.parts);
      give(text(line.at(-1) === 0x0d ? line.subarray(0, -1) : line));
    }
    this.cutting = false;
    this.parts = [];
    this.size = 0;
  }
}
