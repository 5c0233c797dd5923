import { listComments } from "@/lib/comments/data";
import { addComment } from "@/lib/comments/write-comment";
import { comments } from "@/lib/transport/operations/sharing";
import { json, route } from "@/lib/transport/route";

export const GET = route(comments.list, async ({ ctx, params }) => ({
  items: await listComments(ctx, params.id),
  next: null,
}));

export const POST = route(comments.add, async ({ ctx, params, body, onceMade }) =>
  json(await onceMade(() => addComment(ctx, params.id, body.text)), 201),
);
