import { leastPart } from "./hide";

/**
 * Looks for whole secrets in a file's bytes, as they come: as they are, as in CSV and as in JSON. Not in what is packed, as
 * Parquet and workbooks are; and none so short that it may be a word of the data.
 */
export class SecretSearch {
  private readonly wanted: Buffer[];
  private readonly longest: number;
  /** The end of what came before: a secret may stand across two pieces. */
  private before: Buffer = Buffer.alloc(0);

  constructor(secrets: readonly string[]) {
    const known = secrets.map((one) => one.trim()).filter((one) => one.length >= leastPart);
    const spelled = known.flatMap((one) => [one, one.replaceAll('"', '""'), JSON.stringify(one).slice(1, -1)]);
    this.wanted = [...new Set(spelled)].map((one) => Buffer.from(one));
    this.longest = Math.max(0, ...this.wanted.map(({ length }) => length));
  }

  finds(piece: Buffer): boolean {
    if (this.wanted.length === 0) return false;
    const border = Buffer.concat([this.before, piece.subarray(0, this.longest - 1)]);
    if (this.wanted.some((one) => border.includes(one) || piece.includes(one))) return true;
    // A copy: the memory of the piece is used again. Small pieces gather until there is a secret's length.
    const end = piece.length < this.longest ? Buffer.concat([this.before, piece]) : piece;
    this.before = Buffer.from(end.subarray(Math.max(0, end.length - this.longest + 1)));
    return false;
  }
}
