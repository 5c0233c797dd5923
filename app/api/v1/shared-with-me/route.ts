import { sharedWithMe } from "@/lib/shares/data";
import { shares } from "@/lib/transport/operations/sharing";
import { route } from "@/lib/transport/route";

export const GET = route(shares.received, async ({ ctx }) => ({ items: await sharedWithMe(ctx), next: null }));
