import { listQueries } from "@/lib/queries/data";
import { saveQuery } from "@/lib/queries/save-query";
import { queries } from "@/lib/transport/operations/queries";
import { json, route } from "@/lib/transport/route";

export const GET = route(queries.list, async ({ ctx, query }) => listQueries(ctx, query));

export const POST = route(queries.create, async ({ ctx, body, once }) =>
  json(await once(() => saveQuery(ctx, body)), 201),
);
