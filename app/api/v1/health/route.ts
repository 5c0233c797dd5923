import { system } from "@/lib/transport/operations/system";
import { route } from "@/lib/transport/route";

export const dynamic = "force-dynamic";

export const GET = route(system.health, async () => ({ status: "ok" }));
