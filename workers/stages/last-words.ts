/**
 * Which line of a failed program's stderr says why it failed: mostly the last one. What an interpreter prints after it is
 * passed over: stack frames of JavaScript and Java, Node's version and the fields of the error that it shows, R's "Execution
 * halted". Python's own last line is the error.
 */
export class LastWords {
  private last: string | null = null;
  private telling: string | null = null;
  /** The last that is no part of what stands above it, and the last that names an error: its message may have more lines. */
  private flush: string | null = null;
  private error: string | null = null;
  private ofNode = false;

  add(text: string): void {
    const line = text.trimEnd();
    if (line === "") return;
    this.last = line.trim();
    this.ofNode = nodeVersion.test(line);
    if (this.ofNode || after.test(line)) return;
    this.telling = this.last;
    if (/^[\s})\]]/.test(line)) return;
    this.flush = line.replace(/ \{$/, "");
    if (/^[\w$.]*Error\b/.test(line)) this.error = this.flush;
  }

  /** Null where there was no line. */
  get line(): string | null {
    return (this.ofNode ? (this.error ?? this.flush) : null) ?? this.telling ?? this.last;
  }
}

/** The end of what Node prints of an error that nobody caught. */
const nodeVersion = /^Node\.js v\d+\.\d+\.\d+/;

/** Frames; Node's advice where something else than an error was thrown; the end of R, and the functions it was in. */
const after = /^(\s+at \S|\(Use `node |Execution halted$|Calls: [\w.:<>]+( -> .*)?$)/;
