import type { Socket } from "node:net";

/** What of PostgreSQL's protocol (its documentation, chapter 54) a relay speaks itself: up to ReadyForQuery. */

const sslRequest = 80_877_103;
const gssRequest = 80_877_104;
const cancelRequest = 80_877_102;
/** As the server's own limit of a start-up packet. */
const longestStart = 10_000;
const longestPassword = 1_000;

export type Opening =
  | { kind: "start"; minor: number; settings: Map<string, string> }
  | { kind: "encrypt" }
  | { kind: "cancel"; pid: number; secret: number };

/** Exactly so many bytes; what comes after them stays in the socket. @throws Error when it ends before */
export async function take(socket: Socket, bytes: number): Promise<Buffer> {
  for (;;) {
    const chunk = socket.read(bytes) as Buffer | null;
    if (chunk?.length === bytes) return chunk;
    if (chunk || socket.readableEnded || socket.destroyed) throw new Error("ended early");
    await new Promise<void>((resolve) => {
      const go = () => {
        for (const event of ["readable", "end", "close"]) socket.off(event, go);
        resolve();
      };
      for (const event of ["readable", "end", "close"]) socket.on(event, go);
    });
  }
}

function settingsOf(body: Buffer): Map<string, string> {
  const words = body.toString("utf8").split("\0");
  const settings = new Map<string, string>();
  for (let n = 0; n + 1 < words.length && words[n]; n += 2) settings.set(words[n] ?? "", words[n + 1] ?? "");
  return settings;
}

/** The first packet, which has no type. @throws Error when it is none */
export async function readOpening(socket: Socket): Promise<Opening> {
  const length = (await take(socket, 4)).readInt32BE();
  if (length < 8 || length > longestStart) throw new Error("not a start-up packet");
  const body = await take(socket, length - 4);
  const code = body.readInt32BE();
  if (code === sslRequest || code === gssRequest) return { kind: "encrypt" };
  if (code === cancelRequest && body.length >= 12)
    return { kind: "cancel", pid: body.readInt32BE(4), secret: body.readInt32BE(8) };
  if (code >> 16 !== 3) throw new Error("not version 3 of the protocol");
  return { kind: "start", minor: code & 0xffff, settings: settingsOf(body.subarray(4)) };
}

/** @throws Error when something else comes */
export async function readPassword(socket: Socket): Promise<string> {
  const head = await take(socket, 5);
  const length = head.readInt32BE(1);
  if (head[0] !== "p".charCodeAt(0) || length < 5 || length > longestPassword) throw new Error("not a password");
  const body = await take(socket, length - 4);
  return body.subarray(0, body.length - 1).toString("utf8");
}

function message(type: string, ...parts: (Buffer | string | number)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") return Buffer.from(`${part}\0`);
      if (typeof part !== "number") return part;
      const word = Buffer.alloc(4);
      word.writeInt32BE(part);
      return word;
    }),
  );
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** To SSLRequest: not here. The way is a socket of this machine, or the company's own network. */
export const noEncryption = Buffer.from("N");
export const askPassword = message("R", 3);

/** What a client of a later minor version is answered: go on with 3.0, and without the options that it asked for. */
export function negotiate(options: string[]): Buffer {
  return message("v", 0, options.length, ...options);
}

/** All that stands between a right password and the first query. */
export function welcome(parameters: Map<string, string>, pid: number, secret: number): Buffer {
  return Buffer.concat([
    message("R", 0),
    ...[...parameters].map(([name, value]) => message("S", name, value)),
    message("K", pid, secret),
    message("Z", Buffer.from("I")),
  ]);
}

/** A refusal, as the server itself words one. @param code SQLSTATE */
export function fatal(code: string, text: string): Buffer {
  const fields = { S: "FATAL", V: "FATAL", C: code, M: text };
  return message(
    "E",
    ...Object.entries(fields).map(([letter, value]) => Buffer.from(`${letter}${value.replaceAll("\0", "")}\0`)),
    Buffer.from("\0"),
  );
}

/** Terminate, which has no body. */
const terminate = Buffer.from([0x58, 0, 0, 0, 4]);

export const isGoodbye = (last: Buffer): boolean => last.subarray(-terminate.length).equals(terminate);

/** The fields of the message that ends with these bytes, where it is an error. */
function lastError(last: Buffer): Map<string, string> | null {
  for (let at = last.lastIndexOf("E"); at >= 0; at = at === 0 ? -1 : last.lastIndexOf("E", at - 1)) {
    if (last.length - at < 6 || last.readInt32BE(at + 1) !== last.length - at - 1) continue;
    const words = last.toString("utf8", at + 5).split("\0");
    return new Map(words.filter(Boolean).map((word) => [word[0] as string, word.slice(1)]));
  }
  return null;
}

/**
 * admin_shutdown, crash_shutdown, cannot_connect_now: somebody ended it, or the server. Another FATAL is about this session
 * alone, as a time limit of its own; after one that is no FATAL the session goes on.
 */
export function farewellOf(last: Buffer): { goesAway: boolean; message: string } | null {
  const fields = lastError(last);
  if (!fields || !/^(FATAL|PANIC)$/.test(fields.get("V") ?? fields.get("S") ?? "")) return null;
  return { goesAway: /^57P0[123]$/.test(fields.get("C") ?? ""), message: fields.get("M") ?? "" };
}
