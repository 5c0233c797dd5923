import { searchLogs } from "@/lib/runs/search-logs";
import { logs } from "@/lib/transport/operations/logs";
import { route } from "@/lib/transport/route";

export const GET = route(logs.list, async ({ ctx, query }) => searchLogs(ctx, query));
