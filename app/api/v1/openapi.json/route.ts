import { openApi } from "@/lib/transport/openapi";
import { system } from "@/lib/transport/operations/system";
import { route } from "@/lib/transport/route";

export const dynamic = "force-dynamic";

let document: ReturnType<typeof openApi> | undefined;

export const GET = route(system.openapi, async () => {
  document ??= openApi();
  return document;
});
