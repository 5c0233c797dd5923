import { Readable } from "node:stream";
import { downloadResult } from "@/lib/executions/download-result";
import { executions } from "@/lib/transport/operations/executions";
import { route } from "@/lib/transport/route";

export const GET = route(executions.download, async ({ ctx, params, query, request }) => {
  const { stream, contentType, extension } = await downloadResult(ctx, params.id, query);
  request.signal.addEventListener("abort", () => stream.destroy());
  // Who left before there was a stream would keep it for ever.
  if (request.signal.aborted) stream.destroy();
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, {
    headers: {
      "content-type": contentType,
      "content-disposition": `attachment; filename="${params.id}.${extension}"`,
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
});
