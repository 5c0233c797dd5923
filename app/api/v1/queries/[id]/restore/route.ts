import { getQuery } from "@/lib/queries/data";
import { restoreVersion } from "@/lib/queries/restore-version";
import { queries } from "@/lib/transport/operations/queries";
import { route } from "@/lib/transport/route";

export const POST = route(queries.restore, async ({ ctx, params, body, onceMade }) =>
  onceMade(
    () => restoreVersion(ctx, params.id, body),
    (id) => getQuery(ctx, id),
  ),
);
