const comma = 0x2c;
const quote = 0x22;
const newline = 0x0a;
const carriageReturn = 0x0d;

/** Grows by doubling; holds the CSV bytes of the rows since the last take. */
export class CsvBuffer {
  private bytes = Buffer.allocUnsafe(96 * 1024);
  length = 0;

  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = Buffer.allocUnsafe(96 * 1024);
    this.length = 0;
    return taken;
  }

  byte(value: number): void {
    this.room(1);
    this.bytes[this.length++] = value;
  }

  /** One cell exactly as COPY writes it: quoted if empty or holding a comma, quote or line end. */
  cell(from: Buffer, start: number, end: number, alone: boolean): void {
    const size = end - start;
    this.room(size * 2 + 2);
    if (!needsQuotes(from, start, end, alone)) {
      from.copy(this.bytes, this.length, start, end);
      this.length += size;
      return;
    }
    const out = this.bytes;
    let at = this.length;
    out[at++] = quote;
    for (let i = start; i < end; i++) {
      const value = from[i] as number;
      if (value === quote) out[at++] = quote;
      out[at++] = value;
    }
    out[at++] = quote;
    this.length = at;
  }

  private room(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + size));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

function needsQuotes(from: Buffer, start: number, end: number, alone: boolean): boolean {
  if (start === end) return true;
  for (let i = start; i < end; i++) {
    const value = from[i] as number;
    if (value === comma || value === quote || value === newline || value === carriageReturn) return true;
  }
  // A single column holding `\.` is quoted, since older readers take it for the end of the data.
  return alone && end - start === 2 && from[start] === 0x5c && from[start + 1] === 0x2e;
}

export { comma, newline };
