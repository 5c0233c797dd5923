import type { Socket } from "node:net";

/** A message in which a server says why it ends a session is far shorter. */
const most = 2_048;

/** The last of what came out of a socket, without taking it from whoever reads it. */
export class LastBytes {
  private kept: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    socket.on("data", (chunk: Buffer) => {
      this.kept = chunk.length >= most ? chunk.subarray(-most) : Buffer.concat([this.kept, chunk]).subarray(-most);
    });
  }

  get bytes(): Buffer {
    return this.kept;
  }
}
