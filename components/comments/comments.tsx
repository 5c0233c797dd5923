"use client";

import { Button } from "@mantine/core";
import { useState } from "react";
import { CommentForm } from "@/components/comments/comment-form";
import classes from "@/components/comments/comments.module.css";
import { pieces, toWritten } from "@/components/comments/mention-text";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { RelativeTime } from "@/components/ui/time";
import { useRest } from "@/components/ui/use-rest";
import { Who } from "@/components/ui/who";
import type { CommentView, WrittenComment } from "@/lib/comments/schema";

interface Props {
  executionId: string;
  /** As the page was made. */
  initial: CommentView[];
}

type Away = WrittenComment["cannotOpen"];

/** What people said of a result, and one's own word. */
export function Comments({ executionId, initial }: Props) {
  const { data, reload } = useRest<{ items: CommentView[] }>(`/executions/${executionId}/comments`, 30_000);
  const [away, setAway] = useState<Away>([]);
  const items = data?.items ?? initial;
  const send = (change: () => Promise<WrittenComment | undefined>) => async () => {
    setAway((await change())?.cannotOpen ?? []);
    await reload();
  };
  return (
    <section id="comments" className={classes.comments} aria-label="Comments">
      <h2>Comments{items.length > 0 ? ` (${items.length})` : ""}</h2>
      {items.length > 0 ? (
        <ol className={classes.list}>
          {items.map((comment) => (
            <Comment
              key={comment.id}
              comment={comment}
              onEdit={(text) => send(() => api<WrittenComment>("PATCH", `/comments/${comment.id}`, { text }))()}
              onRemove={send(() => api<undefined>("DELETE", `/comments/${comment.id}`))}
            />
          ))}
        </ol>
      ) : null}
      <CommentForm
        label="Your comment"
        verb="Comment"
        onSend={(text) => send(() => api<WrittenComment>("POST", `/executions/${executionId}/comments`, { text }))()}
      />
      <p role="status" className={classes.away}>
        {away.length > 0
          ? `${away.map(({ name }) => name).join(", ")} may not open this yet: they see only that you mentioned them. Share it with them.`
          : ""}
      </p>
    </section>
  );
}

interface OneProps {
  comment: CommentView;
  onEdit: (text: string) => Promise<unknown>;
  onRemove: () => Promise<unknown>;
}

function Comment({ comment, onEdit, onRemove }: OneProps) {
  const [editing, setEditing] = useState(false);
  const { id, author, may, at, editedAt } = comment;
  return (
    <li id={`comment-${id}`} className={classes.comment}>
      <div className={classes.by}>
        <Who name={author.name} />
        <span className={classes.meta}>
          <RelativeTime at={at} />
          {editedAt ? ", changed" : ""}
        </span>
        <span style={{ flex: 1 }} />
        {may.edit && !editing ? (
          <Button variant="subtle" color="gray" onClick={() => setEditing(true)} aria-label="Change your comment">
            Change
          </Button>
        ) : null}
        {may.remove && !editing ? (
          <Confirm label="Remove" verb="Remove this comment" onConfirm={onRemove}>
            “
            {pieces(comment.text, comment.mentions)
              .map((piece) => piece.text)
              .join("")
              .slice(0, 200)}
            ” will be gone for everybody.
          </Confirm>
        ) : null}
      </div>
      {editing ? (
        <CommentForm
          label="Your comment"
          verb="Save"
          initial={toWritten(comment.text, comment.mentions)}
          onSend={async (text) => {
            await onEdit(text);
            setEditing(false);
          }}
        >
          <Button variant="default" size="sm" onClick={() => setEditing(false)}>
            Cancel
          </Button>
        </CommentForm>
      ) : (
        <p className={classes.text}>
          {pieces(comment.text, comment.mentions).map((piece, n) =>
            piece.person ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name, and never move
              <span key={n} className={classes.person}>
                {piece.text}
              </span>
            ) : (
              piece.text
            ),
          )}
        </p>
      )}
    </li>
  );
}
