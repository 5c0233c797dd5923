import { Readable } from "node:stream";
import { statementOf } from "@/lib/executions/data";
import { download } from "@/lib/results/download";
import { executions } from "@/lib/transport/operations/executions";
import { route } from "@/lib/transport/route";

export const GET = route(executions.download, async ({ ctx, params, query, request }) => {
  const { stream, contentType, extension } = await download(await statementOf(ctx, params.id), query);
  request.signal.addEventListener("abort", () => stream.destroy());
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, {
    headers: {
      "content-type": contentType,
      "content-disposition": `attachment; filename="${params.id}.${extension}"`,
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
});
