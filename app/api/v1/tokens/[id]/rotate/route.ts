import { rotateToken } from "@/lib/access/make-token";
import { tokens } from "@/lib/transport/operations/people";
import { json, route } from "@/lib/transport/route";

export const POST = route(tokens.rotate, async ({ ctx, params, body, onceMade }) =>
  json(await onceMade(() => rotateToken(ctx, params.id, body.overlapHours)), 201),
);
