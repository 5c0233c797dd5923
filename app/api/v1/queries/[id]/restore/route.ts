import { restoreVersion } from "@/lib/queries/restore-version";
import { queries } from "@/lib/transport/operations/queries";
import { route } from "@/lib/transport/route";

export const POST = route(queries.restore, async ({ ctx, params, body, once }) =>
  once(() => restoreVersion(ctx, params.id, body)),
);
