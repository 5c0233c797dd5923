/** One message of an engine's log: a line, or 16 KiB of a longer one. */
export interface Frame {
  stream: "stdout" | "stderr";
  /** As the engine writes it, to the nanosecond and always as long, so that texts compare as times do. */
  at: string;
  bytes: Buffer;
}

const headBytes = 8;
const space = 0x20;

/**
 * Takes apart the Engine API's multiplexed stream (github.com/moby/moby, api: "Attach to a container", Stream format): a
 * byte for the stream, three of nothing, four of length, and as many of text, which begins with the time.
 */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0);

  *push(bytes: Buffer): Generator<Frame> {
    let left = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    while (left.length >= headBytes) {
      const end = headBytes + left.readUInt32BE(4);
      if (left.length < end) break;
      const text = left.subarray(headBytes, end);
      const timeEnd = text.indexOf(space);
      yield {
        stream: left[0] === 2 ? "stderr" : "stdout",
        at: text.toString("latin1", 0, timeEnd),
        bytes: text.subarray(timeEnd + 1),
      };
      left = left.subarray(end);
    }
    this.rest = left;
  }
}
