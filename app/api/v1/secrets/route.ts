import { listSecrets } from "@/lib/secrets/data";
import { secrets } from "@/lib/transport/operations/secrets";
import { route } from "@/lib/transport/route";

export const GET = route(secrets.list, async ({ ctx }) => ({ items: await listSecrets(ctx), next: null }));
