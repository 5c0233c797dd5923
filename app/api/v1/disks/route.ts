import { getDisks } from "@/lib/disks/data";
import { system } from "@/lib/transport/operations/system";
import { route } from "@/lib/transport/route";

export const GET = route(system.disks, async ({ ctx }) => ({ items: await getDisks(ctx), next: null }));
