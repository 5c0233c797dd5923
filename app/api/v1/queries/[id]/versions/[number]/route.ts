import { getVersion } from "@/lib/queries/versions";
import { queries } from "@/lib/transport/operations/queries";
import { route } from "@/lib/transport/route";

export const GET = route(queries.version, async ({ ctx, params }) => getVersion(ctx, params.id, params.number));
