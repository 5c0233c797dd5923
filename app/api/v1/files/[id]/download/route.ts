import { Readable } from "node:stream";
import { downloadFile } from "@/lib/files/download-file";
import { files } from "@/lib/transport/operations/files";
import { route } from "@/lib/transport/route";

export const GET = route(files.download, async ({ ctx, params, request }) => {
  const { body, type, bytes, name } = await downloadFile(ctx, params.id);
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
});
