import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Transform } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { Refusal } from "./refusal";

interface Entry {
  name: string;
  method: number;
  packed: number;
  /** As the archive declares it; no more comes out. */
  size: number;
  at: number;
}

export interface Zip {
  has(name: string): boolean;
  /** The text of one file in it, in pieces. @throws Refusal when more comes out than the archive declares */
  text(name: string): AsyncIterable<string>;
}

/** All that a workbook may unpack to. */
const mostBytes = 1024 ** 3;
const mostEntries = 10_000;
const bomb =
  "The workbook unpacks to far more than it should, which is how an attack looks. Save the sheet as CSV and send that.";
const damaged = "The file begins like a workbook, but it is damaged or cut off. Save it again.";

/** Reads an archive's list of files, by what it declares. */
export async function openZip(file: string): Promise<Zip> {
  const handle = await open(file, "r");
  try {
    const entries = await listed(handle);
    const total = [...entries.values()].reduce((sum, { size }) => sum + size, 0);
    if (total > mostBytes) throw new Refusal(bomb);
    const offsets = new Map<string, number>();
    for (const { name, at } of entries.values()) offsets.set(name, await dataAt(handle, at));
    return {
      has: (name) => entries.has(name),
      text: (name) => unpack(file, entries.get(name), offsets.get(name) ?? 0),
    };
  } finally {
    await handle.close();
  }
}

async function bytesAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}

async function listed(handle: FileHandle): Promise<Map<string, Entry>> {
  const { size } = await handle.stat();
  const from = Math.max(0, size - 65_557);
  const tail = await bytesAt(handle, from, size - from);
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + 22 > tail.length) throw new Refusal(damaged);
  const [count, length, start] = [
    tail.readUInt16LE(end + 10),
    tail.readUInt32LE(end + 12),
    tail.readUInt32LE(end + 16),
  ];
  if (count > mostEntries || length > 64 << 20) throw new Refusal(bomb);
  const directory = await bytesAt(handle, start, length);
  const entries = new Map<string, Entry>();
  for (let at = 0, n = 0; n < count; n++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50) throw new Refusal(damaged);
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
    const name = directory.toString("utf8", at + 46, at + 46 + (nameLength ?? 0));
    const [method, packed, unpacked] = [
      directory.readUInt16LE(at + 10),
      directory.readUInt32LE(at + 20),
      directory.readUInt32LE(at + 24),
    ];
    entries.set(name, { name, method, packed, size: unpacked, at: directory.readUInt32LE(at + 42) });
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return entries;
}

/** Where the packed bytes begin: behind a header that repeats the name. */
async function dataAt(handle: FileHandle, at: number): Promise<number> {
  const header = await bytesAt(handle, at, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) throw new Refusal(damaged);
  return at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function* unpack(file: string, entry: Entry | undefined, at: number): AsyncIterable<string> {
  if (!entry) throw new Refusal(damaged);
  if (entry.packed === 0) return;
  if (entry.method !== 0 && entry.method !== 8)
    throw new Refusal("The workbook is packed in a way that is not known here. Save it again.");
  let size = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > entry.size) done(new Refusal(bomb));
      else done(null, chunk);
    },
  });
  const packed = createReadStream(file, { start: at, end: at + entry.packed - 1 });
  const opened = entry.method === 8 ? packed.pipe(createInflateRaw()) : packed;
  opened.on("error", () => count.destroy(new Refusal(damaged)));
  packed.on("error", () => count.destroy(new Refusal(damaged)));
  const decoder = new TextDecoder();
  for await (const chunk of opened.pipe(count)) yield decoder.decode(chunk as Buffer, { stream: true });
  yield decoder.decode();
}
