import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { Readable } from "node:stream";
import { LineCutter } from "@/lib/runtimes/lines";

const newline = 0x0a;
const letters = { stdout: "o", stderr: "e", platform: "p" } as const;

/**
 * The log of one program as one file, in the order in which its lines came. What is over the limit, or finds the disk
 * full, is let go of with a mark: the program itself is never held up or ended by its log.
 */
export class LogFile {
  private readonly file: number;
  private size: number;
  private lost = 0;
  private full = false;
  private closed = false;

  constructor(
    name: string,
    private readonly limit: number,
  ) {
    this.file = openSync(name, "a", 0o600);
    this.size = fstatSync(this.file).size;
  }

  /** Answers when the stream has ended and all of it is in the file. */
  async keep(stream: "stdout" | "stderr", from: Readable): Promise<void> {
    const cutter = new LineCutter();
    let lines: string[] = [];
    const give = (line: string) => lines.push(line);
    const flush = () => {
      this.add(stream, lines);
      lines = [];
    };
    from.on("data", (bytes: Buffer) => {
      cutter.push(bytes, give);
      flush();
    });
    await new Promise<void>((resolve) => from.once("close", resolve).on("error", () => undefined));
    cutter.end(give);
    flush();
  }

  /** A remark of our own. */
  say(text: string): void {
    this.add("platform", [text]);
  }

  /** What comes after this is not kept. */
  close(): void {
    this.closed = true;
    closeSync(this.file);
  }

  private add(stream: keyof typeof letters, lines: string[]): void {
    if (this.closed || lines.length === 0 || (this.full && stream !== "platform")) return;
    const head = `${letters[stream]}${Date.now().toString(36)} `;
    const mark = this.lost > 0 ? this.marked(`${this.lost} lines before this one were lost: the disk was full.`) : "";
    const bytes = Buffer.from(`${mark}${lines.map((line) => `${head}${line}\n`).join("")}`);
    if (this.size + bytes.length > this.limit && stream !== "platform") {
      this.full = true;
      const mebibytes = Math.round(this.limit / 1024 ** 2);
      this.write(Buffer.from(this.marked(`The log ends here: more than ${mebibytes} MiB are not kept.`)));
      return;
    }
    const left = this.write(bytes);
    if (left < bytes.length) this.lost = 0;
    for (let at = bytes.length - left; left > 0 && at < bytes.length; at++) if (bytes[at] === newline) this.lost += 1;
  }

  private marked(text: string): string {
    return `${letters.platform}${Date.now().toString(36)} ${text}\n`;
  }

  /** Whole lines only, since a reader may be behind us; answers how many bytes found no room. */
  private write(bytes: Buffer): number {
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(this.file, bytes, done);
    } catch {
      done = done === 0 ? 0 : bytes.lastIndexOf(newline, done - 1) + 1;
      ftruncateSync(this.file, this.size + done);
    }
    this.size += done;
    return bytes.length - done;
  }
}
