import { askAccess } from "@/lib/requests/ask-access";
import { listRequests } from "@/lib/requests/data";
import { requests } from "@/lib/transport/operations/sharing";
import { json, route } from "@/lib/transport/route";

export const GET = route(requests.list, async ({ ctx }) => ({ items: await listRequests(ctx), next: null }));

export const POST = route(requests.create, async ({ ctx, body, onceMade }) =>
  json(await onceMade(() => askAccess(ctx, body)), 201),
);
