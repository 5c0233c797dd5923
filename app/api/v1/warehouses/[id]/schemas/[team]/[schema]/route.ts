import { grantSchema, revokeSchema } from "@/lib/pipelines/grant-schemas";
import { schemaGrants } from "@/lib/transport/operations/pipelines";
import { route } from "@/lib/transport/route";

export const PUT = route(schemaGrants.grant, async ({ ctx, params, body }) =>
  grantSchema(ctx, params.id, params, body.scratch),
);

export const DELETE = route(schemaGrants.revoke, async ({ ctx, params }) => revokeSchema(ctx, params.id, params));
