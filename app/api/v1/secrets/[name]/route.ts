import { getSecret } from "@/lib/secrets/data";
import { deleteSecret } from "@/lib/secrets/delete-secret";
import { putSecret } from "@/lib/secrets/put-secret";
import { secrets } from "@/lib/transport/operations/secrets";
import { empty, json, route } from "@/lib/transport/route";

export const GET = route(secrets.read, ({ ctx, params }) => getSecret(ctx, params.name));

export const PUT = route(secrets.put, async ({ ctx, params, body }) => {
  const { outcome } = await putSecret(ctx, params.name, body);
  return json(await getSecret(ctx, params.name), outcome === "created" ? 201 : 200);
});

export const DELETE = route(secrets.remove, async ({ ctx, params }) => {
  await deleteSecret(ctx, params.name);
  return empty();
});
