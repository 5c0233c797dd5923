import { createHash, timingSafeEqual } from "node:crypto";
import type { Duplex } from "node:stream";

/** What of MySQL's client/server protocol (its "Connection Phase") a relay speaks itself, on both sides. */

const longestSignIn = 64 * 1024;

export interface Packet {
  sequence: number;
  body: Buffer;
}

/** Exactly so many bytes; what comes after them stays in the stream. @throws Error when it ends before */
async function take(stream: Duplex, bytes: number): Promise<Buffer> {
  if (bytes === 0) return Buffer.alloc(0);
  for (;;) {
    const chunk = stream.read(bytes) as Buffer | null;
    if (chunk?.length === bytes) return chunk;
    if (chunk || stream.readableEnded || stream.destroyed) throw new Error("the connection ended early");
    await new Promise<void>((resolve) => {
      const go = () => {
        for (const event of ["readable", "end", "close"]) stream.off(event, go);
        resolve();
      };
      for (const event of ["readable", "end", "close"]) stream.on(event, go);
    });
  }
}

export async function readPacket(stream: Duplex): Promise<Packet> {
  const head = await take(stream, 4);
  const length = head.readUIntLE(0, 3);
  if (length > longestSignIn) throw new Error("not a packet of a sign-in");
  return { sequence: head[3] ?? 0, body: await take(stream, length) };
}

export function packet(sequence: number, ...parts: (Buffer | number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(part))));
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence & 0xff;
  return Buffer.concat([head, body]);
}

export const zeroEnded = (text: string): Buffer => Buffer.from(`${text.replaceAll("\0", "")}\0`);

export function word(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

/** Reads a body from its beginning on. */
export class Reader {
  private at = 0;
  constructor(private readonly body: Buffer) {}

  number(bytes: number): number {
    this.at += bytes;
    return this.body.readUIntLE(this.at - bytes, bytes);
  }
  bytes(length: number): Buffer {
    this.at += length;
    return this.body.subarray(this.at - length, this.at);
  }
  text(): string {
    const end = this.body.indexOf(0, this.at);
    const text = this.body.subarray(this.at, end < 0 ? this.body.length : end).toString("utf8");
    this.at = end < 0 ? this.body.length : end + 1;
    return text;
  }
  rest(): Buffer {
    return this.body.subarray(this.at);
  }
  get ended(): boolean {
    return this.at >= this.body.length;
  }
}

export const capability = {
  longPassword: 1,
  foundRows: 2,
  longFlag: 4,
  withDatabase: 8,
  odbc: 0x40,
  ignoreSpace: 0x100,
  protocol41: 0x200,
  interactive: 0x400,
  ssl: 0x800,
  ignoreSigpipe: 0x1000,
  transactions: 0x2000,
  secure: 0x8000,
  multiResults: 0x2_0000,
  preparedMultiResults: 0x4_0000,
  pluginAuth: 0x8_0000,
  attributes: 0x10_0000,
  longAuth: 0x20_0000,
} as const;

/** A server of any age has these, and how the two ends speak afterwards follows from them. */
export const spoken =
  capability.foundRows |
  capability.longFlag |
  capability.odbc |
  capability.ignoreSpace |
  capability.interactive |
  capability.ignoreSigpipe |
  capability.transactions |
  capability.multiResults |
  capability.preparedMultiResults;

/**
 * All that a stage is offered. Left out is what newer servers have and older ones do not (an end of rows without EOF, what
 * a session tracks), compression, encryption, several statements in one text, and a server's wish for the client's files.
 */
export const offered =
  spoken |
  capability.longPassword |
  capability.withDatabase |
  capability.protocol41 |
  capability.secure |
  capability.pluginAuth |
  capability.attributes |
  capability.longAuth;

export const nativePassword = "mysql_native_password";
const sha1 = (...parts: Buffer[]) => createHash("sha1").update(Buffer.concat(parts)).digest();

export function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, n) => byte ^ (other[n % other.length] ?? 0)));
}

/** SHA1(password) XOR SHA1(scramble + SHA1(SHA1(password))): the password itself is not said. */
export function nativeToken(password: string, scramble: Buffer): Buffer {
  if (password === "") return Buffer.alloc(0);
  const once = sha1(Buffer.from(password));
  return xor(once, sha1(scramble, sha1(once)));
}

export function isToken(given: Buffer, password: string, scramble: Buffer): boolean {
  const right = nativeToken(password, scramble);
  return given.length === right.length && timingSafeEqual(given, right);
}

/** Of the words with which a server begins. @param scramble 20 bytes without zeros */
export function greeting(version: string, scramble: Buffer): Buffer {
  const charset = 45;
  const autocommit = 2;
  return packet(
    0,
    [10],
    zeroEnded(version),
    // Which session it will be is not known yet; a client asks connection_id().
    word(0, 4),
    scramble.subarray(0, 8),
    [0],
    word(offered & 0xffff, 2),
    [charset],
    word(autocommit, 2),
    word(offered >>> 16, 2),
    [scramble.length + 1],
    Buffer.alloc(10),
    scramble.subarray(8),
    [0],
    zeroEnded(nativePassword),
  );
}

export interface SignIn {
  sequence: number;
  capabilities: number;
  maxPacket: number;
  charset: number;
  user: string;
  token: Buffer;
  database: string | null;
  /** How the token was made. */
  plugin: string;
}

/** @throws Error when something else comes */
export function readSignIn({ sequence, body }: Packet): SignIn {
  const reader = new Reader(body);
  const capabilities = reader.number(4);
  if (!(capabilities & capability.protocol41) || !(capabilities & capability.secure))
    throw new Error("a client older than MySQL 4.1");
  const maxPacket = reader.number(4);
  const charset = reader.number(1);
  reader.bytes(23);
  const user = reader.text();
  const token = Buffer.from(reader.bytes(reader.number(1)));
  const database = capabilities & capability.withDatabase ? reader.text() || null : null;
  const plugin = capabilities & capability.pluginAuth && !reader.ended ? reader.text() : nativePassword;
  return { sequence, capabilities, maxPacket, charset, user, token, database, plugin };
}

export function switchTo(sequence: number, plugin: string, scramble: Buffer): Buffer {
  return packet(sequence, [0xfe], zeroEnded(plugin), scramble, [0]);
}

export function okay(sequence: number): Buffer {
  return packet(sequence, [0, 0, 0], word(2, 2), word(0, 2));
}

/** A refusal, as the server itself words one. @param code `1045 28000`: the number and SQLSTATE */
export function refused(sequence: number, code: string, message: string): Buffer {
  const [number = "", state = ""] = code.split(" ");
  return packet(sequence, [0xff], word(Number(number), 2), Buffer.from(`#${state}${message}`));
}

/** What a server said in its refusal, as the driver would throw it. */
export function refusalOf(body: Buffer): Error & { errno: number; sqlState: string; sqlMessage: string } {
  const errno = body.readUInt16LE(1);
  const marked = body[3] === "#".charCodeAt(0);
  const sqlState = marked ? body.subarray(4, 9).toString() : "HY000";
  const sqlMessage = body.subarray(marked ? 9 : 3).toString("utf8");
  return Object.assign(new Error(sqlMessage), { errno, sqlState, sqlMessage });
}

/** COM_QUIT, the first packet of an exchange. */
const quit = Buffer.from([1, 0, 0, 0, 1]);

export const isGoodbye = (last: Buffer): boolean => last.subarray(-quit.length).equals(quit);

/** ER_SERVER_SHUTDOWN, ER_NORMAL_SHUTDOWN, ER_SHUTDOWN_COMPLETE, and MariaDB's ER_CONNECTION_KILLED. */
const goingAway = new Set([1053, 1077, 1079, 1927]);
/** ER_CLIENT_INTERACTION_TIMEOUT: it had said nothing for too long. */
const ofItsOwn = new Set([4031]);

/** By the refusal that ends with these bytes; after any other the session goes on. */
export function farewellOf(last: Buffer): { goesAway: boolean; message: string } | null {
  for (let at = last.length - 7; at >= 0; at--) {
    if (last[at + 4] !== 0xff || last.readUIntLE(at, 3) !== last.length - at - 4) continue;
    const { errno, sqlMessage } = refusalOf(last.subarray(at + 4));
    if (goingAway.has(errno) || ofItsOwn.has(errno)) return { goesAway: goingAway.has(errno), message: sqlMessage };
  }
  return null;
}
