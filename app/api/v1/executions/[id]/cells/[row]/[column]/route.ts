import { Readable } from "node:stream";
import { downloadCell } from "@/lib/executions/download-result";
import { executions } from "@/lib/transport/operations/executions";
import { route } from "@/lib/transport/route";

export const GET = route(executions.cell, async ({ ctx, params, request }) => {
  const stream = await downloadCell(ctx, params.id, params.row, params.column);
  request.signal.addEventListener("abort", () => stream.destroy());
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      // Never shown as a page of ours, whatever the cell holds.
      "content-disposition": `attachment; filename="${params.id}-${params.row}-${params.column}.txt"`,
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
});
