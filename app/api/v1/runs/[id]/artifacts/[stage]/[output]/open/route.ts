import { openArtifact } from "@/lib/artifacts/open-artifact";
import { artifacts } from "@/lib/transport/operations/artifacts";
import { json, route } from "@/lib/transport/route";

export const POST = route(artifacts.open, async ({ ctx, params, onceAs }) =>
  json(await onceAs((id) => openArtifact(ctx, params, id)), 202),
);
