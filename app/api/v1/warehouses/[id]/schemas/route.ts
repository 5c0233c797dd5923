import { grantSchemas, listSchemaGrants } from "@/lib/pipelines/grant-schemas";
import { schemaGrants } from "@/lib/transport/operations/pipelines";
import { route } from "@/lib/transport/route";

export const GET = route(schemaGrants.list, async ({ ctx, params }) => listSchemaGrants(ctx, params.id));

export const PUT = route(schemaGrants.replace, async ({ ctx, params, body }) =>
  grantSchemas(ctx, params.id, body.grants),
);
