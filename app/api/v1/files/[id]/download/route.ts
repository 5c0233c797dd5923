import { downloadFile } from "@/lib/files/download-file";
import { fileResponse } from "@/lib/transport/file-response";
import { files } from "@/lib/transport/operations/files";
import { route } from "@/lib/transport/route";

export const GET = route(files.download, async ({ ctx, params, request }) =>
  fileResponse(request, await downloadFile(ctx, params.id)),
);
