import { readRequest } from "@/lib/requests/data";
import { requests } from "@/lib/transport/operations/sharing";
import { route } from "@/lib/transport/route";

export const GET = route(requests.read, async ({ ctx, params }) => readRequest(ctx, params.id));
