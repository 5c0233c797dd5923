import { listFiles } from "@/lib/files/data";
import { files } from "@/lib/transport/operations/files";
import { route } from "@/lib/transport/route";

export const GET = route(files.list, async ({ ctx, query }) => listFiles(ctx, query));
