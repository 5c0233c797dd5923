import { usage } from "@/lib/transport/operations/usage";
import { route } from "@/lib/transport/route";
import { getUsage } from "@/lib/usage/data";

export const GET = route(usage.read, async ({ ctx, query }) => getUsage(ctx, query));
