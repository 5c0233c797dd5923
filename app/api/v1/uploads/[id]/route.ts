import { uploads } from "@/lib/transport/operations/uploads";
import { empty, route } from "@/lib/transport/route";
import { removeUpload, renameUpload } from "@/lib/uploads/change-upload";
import { uploadFor, viewOf } from "@/lib/uploads/data";

export const GET = route(uploads.read, async ({ ctx, params }) => viewOf(await uploadFor(ctx, params.id)));

export const PATCH = route(uploads.rename, async ({ ctx, params, body }) => renameUpload(ctx, params.id, body.name));

export const DELETE = route(uploads.remove, async ({ ctx, params }) => {
  await removeUpload(ctx, params.id);
  return empty();
});
