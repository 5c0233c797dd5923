import { SluiceError } from "@/lib/platform/errors";
import { uploads } from "@/lib/transport/operations/uploads";
import { json, route } from "@/lib/transport/route";
import { listUploads } from "@/lib/uploads/data";
import { uploadFile } from "@/lib/uploads/upload-file";

export const GET = route(uploads.list, async ({ ctx, query }) => listUploads(ctx, query));

export const POST = route(uploads.create, async ({ ctx, query, request }) => {
  if (!request.body) throw new SluiceError("bad_request", "Send the file itself as the body.");
  const body = request.body as unknown as AsyncIterable<Uint8Array>;
  return json(await uploadFile(ctx, query, body, request.signal), 201);
});
