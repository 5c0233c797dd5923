import { system } from "@/lib/transport/operations/system";
import { readiness } from "@/lib/transport/readiness";
import { json, route } from "@/lib/transport/route";

export const dynamic = "force-dynamic";

export const GET = route(system.ready, async () => {
  const { ready, checks } = await readiness();
  return json({ status: ready ? "ready" : "not ready", checks }, ready ? 200 : 503);
});
