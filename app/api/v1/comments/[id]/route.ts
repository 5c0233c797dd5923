import { editComment, removeComment } from "@/lib/comments/write-comment";
import { comments } from "@/lib/transport/operations/sharing";
import { empty, route } from "@/lib/transport/route";

export const PATCH = route(comments.edit, async ({ ctx, params, body }) => editComment(ctx, params.id, body.text));

export const DELETE = route(comments.remove, async ({ ctx, params }) => {
  await removeComment(ctx, params.id);
  return empty();
});
