import { Readable } from "node:stream";
import type { FileStream } from "@/lib/files/stream";

/** A file to be saved, under its own name; who goes away ends the reading of it. */
export function fileResponse(request: Request, { body, type, bytes, name }: FileStream): Response {
  request.signal.addEventListener("abort", () => body.destroy());
  // Who left before there was a stream would keep it for ever.
  if (request.signal.aborted) body.destroy();
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, {
    headers: {
      "content-type": type,
      "content-length": String(bytes),
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
