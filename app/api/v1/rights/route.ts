import { allowRight, listRights } from "@/lib/access/allow-right";
import { rights } from "@/lib/transport/operations/rights";
import { route } from "@/lib/transport/route";

export const GET = route(rights.list, async ({ ctx }) => listRights(ctx));

export const PUT = route(rights.allow, async ({ ctx, body }) => allowRight(ctx, body));
