import { listVersions } from "@/lib/queries/versions";
import { queries } from "@/lib/transport/operations/queries";
import { route } from "@/lib/transport/route";

export const GET = route(queries.versions, async ({ ctx, params }) => ({
  items: await listVersions(ctx, params.id),
  next: null,
}));
