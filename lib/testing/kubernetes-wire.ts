import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type Docker from "dockerode";

/** The server's side of RFC 6455, as far as the remote command protocol of a cluster needs it. */
const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const opcode = { binary: 2, close: 8 };
const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 };
const protocol = "v5.channel.k8s.io";

export function accept(request: IncomingMessage, socket: Duplex): void {
  const key = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${magic}`).digest("base64");
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  socket.write([...lines, `Sec-WebSocket-Accept: ${key}`, `Sec-WebSocket-Protocol: ${protocol}`, "", ""].join("\r\n"));
}

function frame(kind: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head[0] = 0x80 | kind;
  if (bytes.length < 126) {
    head[1] = bytes.length;
    return Buffer.concat([head.subarray(0, 2), bytes]);
  }
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(bytes.length), 2);
  return Buffer.concat([head, bytes]);
}

/** Whole messages of a client, which masks what it sends and does not take it apart. */
async function* messages(socket: Duplex, first: Buffer): AsyncGenerator<Buffer> {
  let rest = first;
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    rest = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    while (rest.length >= 6) {
      const short = (rest[1] as number) & 0x7f;
      const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
      if (rest.length < 6 + extra) break;
      const length = extra === 0 ? short : extra === 2 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
      const begin = 6 + extra;
      if (rest.length < begin + length) break;
      if (((rest[0] as number) & 0x0f) === opcode.close) return;
      const mask = rest.subarray(2 + extra, begin);
      const text = Buffer.from(rest.subarray(begin, begin + length));
      for (let n = 0; n < text.length; n++) text[n] = (text[n] as number) ^ (mask[n % 4] as number);
      rest = rest.subarray(begin + length);
      yield text;
    }
  }
}

/** Runs a command in a container of the engine and speaks of it as a cluster does. */
export async function serveExec(socket: Duplex, head: Buffer, container: Docker.Container, command: string[]) {
  const exec = await container.exec({ Cmd: command, AttachStdin: true, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: true });
  const send = async (stream: number, bytes: Buffer) => {
    if (!socket.write(frame(opcode.binary, Buffer.concat([Buffer.from([stream]), bytes])))) await once(socket, "drain");
  };
  socket.on("error", () => stream.destroy());
  socket.on("close", () => stream.destroy());
  stream.on("error", () => socket.destroy());
  const read = async () => {
    for await (const message of messages(socket, head)) {
      if (message[0] === channel.close) stream.end();
      else if (message[0] === channel.stdin && !stream.write(message.subarray(1))) await once(stream, "drain");
    }
  };
  read().catch(() => undefined);
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    rest = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
      const end = 8 + rest.readUInt32BE(4);
      await send(rest[0] === 2 ? channel.stderr : channel.stdout, rest.subarray(8, end));
      rest = rest.subarray(end);
    }
  }
  const { ExitCode: code } = await exec.inspect();
  const causes = [{ reason: "ExitCode", message: String(code) }];
  const status =
    code === 0 ? { status: "Success" } : { status: "Failure", reason: "NonZeroExitCode", details: { causes } };
  await send(channel.status, Buffer.from(JSON.stringify(status)));
  socket.end(frame(opcode.close, Buffer.alloc(0)));
}
