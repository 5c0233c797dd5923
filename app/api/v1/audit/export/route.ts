import { Readable } from "node:stream";
import { exportAudit } from "@/lib/access/export-audit";
import { auditLog } from "@/lib/transport/operations/people";
import { route } from "@/lib/transport/route";

const types = { csv: "text/csv; charset=utf-8", ndjson: "application/x-ndjson" };

export const GET = route(auditLog.export, async ({ ctx, query, request }) => {
  const stream = await exportAudit(ctx, query);
  request.signal.addEventListener("abort", () => stream.destroy());
  if (request.signal.aborted) stream.destroy();
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, {
    headers: {
      "content-type": types[query.format],
      "content-disposition": `attachment; filename="audit.${query.format}"`,
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
});
