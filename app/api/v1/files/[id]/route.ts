import { fileFor, viewOf } from "@/lib/files/data";
import { removeFile } from "@/lib/files/remove-file";
import { files } from "@/lib/transport/operations/files";
import { empty, route } from "@/lib/transport/route";

export const GET = route(files.read, async ({ ctx, params }) => viewOf(ctx, await fileFor(ctx, params.id)));

export const DELETE = route(files.remove, async ({ ctx, params }) => {
  await removeFile(ctx, params.id);
  return empty();
});
