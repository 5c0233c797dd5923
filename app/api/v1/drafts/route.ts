import { listDrafts } from "@/lib/drafts/drafts";
import { drafts } from "@/lib/transport/operations/people";
import { route } from "@/lib/transport/route";

export const GET = route(drafts.list, async ({ ctx }) => ({ items: await listDrafts(ctx), next: null }));
