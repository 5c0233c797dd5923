import { deleteDraft, readDraft, saveDraft } from "@/lib/drafts/drafts";
import { drafts } from "@/lib/transport/operations/people";
import { empty, route } from "@/lib/transport/route";

export const GET = route(drafts.read, async ({ ctx, params }) => readDraft(ctx, params.tab));

export const PUT = route(drafts.save, async ({ ctx, params, body }) => saveDraft(ctx, params.tab, body));

export const DELETE = route(drafts.remove, async ({ ctx, params }) => {
  await deleteDraft(ctx, params.tab);
  return empty();
});
