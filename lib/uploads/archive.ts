import { open } from "node:fs/promises";
import { constants, gunzipSync } from "node:zlib";

const headBytes = 64 * 1024;
/** A zip's last record, with the longest remark that may follow it. */
const endBytes = 22 + 65_535;
/** Of a workbook's list of parts, which is far shorter. */
const listBytes = 1024 * 1024;

/**
 * Whether a file is a zip, a tar or a tar.gz of other files. A workbook is a zip too, and none of these: every file of
 * its kind has the first of these parts (ECMA-376, part 2), and the second by the habit of all who write one.
 */
export async function isArchive(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  const read = async (at: number, length: number) => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
    return buffer.subarray(0, bytesRead);
  };
  try {
    const head = await read(0, headBytes);
    if (head[0] === 0x1f && head[1] === 0x8b) return isTar(unzipped(head.subarray(0, 4096)));
    if (!head.subarray(0, 4).equals(Buffer.from("PK\x03\x04"))) return isTar(head);
    const { size } = await handle.stat();
    const from = Math.max(0, size - endBytes);
    const tail = await read(from, endBytes);
    const end = tail.lastIndexOf("PK\x05\x06");
    if (end < 0 || tail.length < end + 20) return false;
    const list = await read(tail.readUInt32LE(end + 16), Math.min(listBytes, tail.readUInt32LE(end + 12)));
    return !["[Content_Types].xml", "xl/workbook.xml"].some((part) => list.includes(part));
  } finally {
    await handle.close();
  }
}

/** POSIX says where the word stands. */
const isTar = (head: Buffer) => head.toString("latin1", 257, 262) === "ustar";

/** As far as there is something of it: what a few thousand bytes can hold at most is little. */
function unzipped(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 8 * 1024 * 1024 });
  } catch {
    return Buffer.alloc(0);
  }
}
