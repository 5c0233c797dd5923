"use client";

import { Button, Group } from "@mantine/core";
import {
  IconAlertCircle,
  IconAt,
  IconCheck,
  IconDatabaseExclamation,
  IconInbox,
  IconLockQuestion,
  IconMessage,
  IconPlayerPause,
  IconShare,
} from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import classes from "@/components/inbox/inbox.module.css";
import { inboxChanged } from "@/components/inbox/inbox-events";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { RelativeTime } from "@/components/ui/time";
import { useAction } from "@/components/ui/use-action";
import type { NoticeKind, NoticeView } from "@/lib/inbox/schema";

const about: Record<NoticeKind, { icon: typeof IconAt; word: string }> = {
  request: { icon: IconLockQuestion, word: "Request" },
  answer: { icon: IconCheck, word: "Answer" },
  mention: { icon: IconAt, word: "Mention" },
  comment: { icon: IconMessage, word: "Comment" },
  share: { icon: IconShare, word: "Shared" },
  failure: { icon: IconAlertCircle, word: "Failed" },
  gate: { icon: IconPlayerPause, word: "Paused" },
  disk: { icon: IconDatabaseExclamation, word: "Disk" },
};

const shownRead = 3;

/** What waits for one: requests to answer, mentions, answers, failures that one has not seen. */
export function Inbox({ items, unread }: { items: NoticeView[]; unread: number }) {
  const { run, busy, problem } = useAction();
  const [all, setAll] = useState(false);
  const mark = (ids?: string[], read = true) =>
    run(async () => {
      await api("PUT", "/inbox/read", { ids, read });
      inboxChanged();
    });
  if (items.length === 0) return null;
  const waiting = items.filter(({ read }) => !read);
  const shown = all ? items : [...waiting, ...items.filter(({ read }) => read).slice(0, shownRead)];
  return (
    <section id="inbox" className={classes.inbox} aria-label="Inbox">
      <div className={classes.head}>
        <h2>
          <IconInbox size={16} aria-hidden /> Inbox{unread > 0 ? ` (${unread > 99 ? "99+" : unread})` : ""}
        </h2>
        {unread > 0 ? (
          <BusyButton variant="subtle" color="gray" loading={busy} onClick={() => void mark()}>
            Mark all as read
          </BusyButton>
        ) : null}
      </div>
      <ul className={classes.list} aria-label="Inbox">
        {shown.map((notice) => (
          <Notice key={notice.id} notice={notice} onMark={mark} />
        ))}
      </ul>
      {shown.length < items.length ? (
        <Button variant="subtle" color="gray" onClick={() => setAll(true)}>
          Show {items.length - shown.length} more
        </Button>
      ) : null}
      <Refusal>{problem?.message}</Refusal>
    </section>
  );
}

interface OneProps {
  notice: NoticeView;
  onMark: (ids: string[], read?: boolean) => Promise<unknown>;
}

function Notice({ notice, onMark }: OneProps) {
  const { id, kind, text, path, at, read, request } = notice;
  const { icon: Icon, word } = about[kind];
  return (
    <li className={classes.notice} data-read={read || undefined}>
      <Link
        data-row
        className={classes.link}
        href={path}
        prefetch={false}
        // Following it is reading it; a failure is marked by its own page.
        onClick={() => {
          if (!read && kind !== "request") void api("PUT", "/inbox/read", { ids: [id] }).then(inboxChanged);
        }}
      >
        <Icon size={16} aria-hidden className={classes.icon} data-kind={kind} />
        <span className={classes.text}>
          <span className={classes.word}>
            {word}
            {read ? "" : ", not read"}:
          </span>{" "}
          {text}
        </span>
        <span className={classes.when}>
          <RelativeTime at={at} focusable={false} />
        </span>
      </Link>
      {request ? <AnswerRequest id={request} /> : null}
      {request || kind === "failure" ? (
        kind === "failure" ? (
          <Button variant="subtle" color="gray" onClick={() => void onMark([id])} aria-label={`Mark as read: ${text}`}>
            Mark as read
          </Button>
        ) : null
      ) : (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => void onMark([id], !read)}
          aria-label={`Mark as ${read ? "not read" : "read"}: ${text}`}
        >
          {read ? "Not read" : "Mark as read"}
        </Button>
      )}
    </li>
  );
}

/** The owner's answer, in one click. */
function AnswerRequest({ id }: { id: string }) {
  const { run, busy, problem } = useAction();
  const answer = (granted: boolean) =>
    void run(async () => {
      await api("POST", `/access-requests/${id}/answer`, { granted });
      inboxChanged();
    });
  return (
    <Group gap="xs" className={classes.answer}>
      <BusyButton variant="light" loading={busy} onClick={() => answer(true)}>
        Let them see it
      </BusyButton>
      <Button variant="default" disabled={busy} onClick={() => answer(false)}>
        Decline
      </Button>
      <Refusal>{problem?.message}</Refusal>
    </Group>
  );
}
