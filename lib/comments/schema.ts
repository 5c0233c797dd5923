import { z } from "zod";

/** Shapes of comments on the wire. Pure: the browser uses them too. */

const text = z.string().trim().min(1, "Write something.").max(10_000, "A comment may have 10,000 characters.");

export const commentSchema = z.strictObject({ text });

const named = z.object({ id: z.string(), name: z.string() });

export const commentView = z.object({
  id: z.string(),
  executionId: z.string(),
  author: named,
  /** With `<@id>` for each who is mentioned. */
  text: z.string(),
  mentions: z.array(named),
  at: z.string(),
  editedAt: z.string().nullable(),
  may: z.object({ edit: z.boolean(), remove: z.boolean() }),
});
export type CommentView = z.infer<typeof commentView>;

/** Beside it, whom it mentions that may not open the execution: their notice says nothing of it. */
export const writtenCommentView = commentView.extend({ cannotOpen: z.array(named) });
export type WrittenComment = z.infer<typeof writtenCommentView>;
