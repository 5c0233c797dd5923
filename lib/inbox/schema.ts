import { z } from "zod";

/** Shapes of the inbox on the wire. Pure: the browser uses them too. */

export const noticeKinds = ["request", "answer", "mention", "comment", "share", "failure", "gate", "disk"] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export const noticeView = z.object({
  id: z.string(),
  kind: z.enum(noticeKinds),
  text: z.string(),
  /** Where it leads, below our own origin. */
  path: z.string(),
  at: z.string(),
  read: z.boolean(),
  /** Of a request that nobody has answered yet: its id. */
  request: z.string().nullable(),
});
export type NoticeView = z.infer<typeof noticeView>;

/** How old a notice is shown that was read, in days. */
export const readShownDays = 30;

/** How old one becomes that nobody has read, in days. */
export const unreadKeptDays = 180;

export const inboxView = z.object({ items: z.array(noticeView), next: z.null(), unread: z.number() });
export type InboxView = z.infer<typeof inboxView>;

/** Without ids: everything. */
export const markReadSchema = z.strictObject({
  ids: z.array(z.string().min(1).max(100)).max(200).optional(),
  read: z.boolean().default(true),
});
export type MarkRead = z.infer<typeof markReadSchema>;
