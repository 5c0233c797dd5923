import { usage } from "@/lib/transport/operations/usage";
import { route } from "@/lib/transport/route";
import { tableUsage } from "@/lib/usage/table-usage";

export const GET = route(usage.table, async ({ ctx, query }) => tableUsage(ctx, query));
