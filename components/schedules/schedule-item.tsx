"use client";

import { Button } from "@mantine/core";
import Link from "next/link";
import { useId, useState } from "react";
import { outcomeOf, tellWords } from "@/components/schedules/outcome-words";
import classes from "@/components/schedules/schedules.module.css";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Confirm } from "@/components/ui/confirm";
import { Refusal } from "@/components/ui/refusal";
import { StateBadge } from "@/components/ui/state";
import { ExactTime, RelativeTime } from "@/components/ui/time";
import { useAction } from "@/components/ui/use-action";
import { useRest } from "@/components/ui/use-rest";
import type { SlotView, TriggerView } from "@/lib/triggers/schema";
import { whenWords } from "@/lib/triggers/words";

interface Props {
  trigger: TriggerView;
  /** With what it runs, where a list has several things. */
  named?: boolean;
  onEdit?: () => void;
  onChanged: () => Promise<void>;
}

/** One schedule in words, with what came of its last moments. */
export function ScheduleItem({ trigger, named = false, onEdit, onChanged }: Props) {
  const { run, busy, problem } = useAction();
  const [open, setOpen] = useState(false);
  const id = useId();
  const words = whenWords(trigger.when, trigger.zone);
  const told = tellWords(trigger);
  const path = `/triggers/${trigger.id}`;
  const change = (what: () => Promise<unknown>) =>
    run(async () => {
      await what();
      await onChanged();
    });
  return (
    <li className={classes.item}>
      <div className={classes.about}>
        {named ? (
          <Link
            data-row
            prefetch={false}
            href={trigger.board ? `/boards/${trigger.board}` : `/queries/${trigger.query}`}
          >
            {trigger.title}
          </Link>
        ) : null}
        <div className={classes.words}>{words}</div>
        <div className={classes.meta}>
          {trigger.pipeline ? null : <span>{trigger.owner.name}</span>}
          {trigger.paused ? (
            <span>paused</span>
          ) : trigger.nextAt ? (
            <span>
              next <ExactTime at={trigger.nextAt} />
            </span>
          ) : (
            <span>over</span>
          )}
          {told ? <span>{told}</span> : null}
          {trigger.webhookSent ? <Sent sent={trigger.webhookSent} /> : null}
          {trigger.last ? <Outcome slot={trigger.last} /> : null}
        </div>
        <Refusal>{problem?.message}</Refusal>
      </div>
      <div className={classes.actions}>
        <Button variant="subtle" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          {open ? "Less" : trigger.pipeline ? "What became of it" : "Last runs"}
        </Button>
        {trigger.mayEdit && !(trigger.pipeline && trigger.nextAt === null) ? (
          <>
            <BusyButton
              variant="subtle"
              loading={busy}
              onClick={() => void change(() => api("PATCH", path, { paused: !trigger.paused }))}
            >
              {trigger.paused ? "Resume" : "Pause"}
            </BusyButton>
            {onEdit ? (
              <Button variant="subtle" onClick={onEdit}>
                Change
              </Button>
            ) : null}
            {trigger.pipeline ? null : (
              <Confirm
                label="Remove"
                verb={`Remove the schedule “${words}”`}
                onConfirm={async () => {
                  await api("DELETE", path);
                  await onChanged();
                }}
              >
                It runs no more. What it has run stays.
              </Confirm>
            )}
          </>
        ) : null}
      </div>
      <div id={id} style={{ flexBasis: open ? "100%" : 0 }}>
        {open ? <Slots id={trigger.id} /> : null}
      </div>
    </li>
  );
}

function Sent({ sent }: { sent: NonNullable<TriggerView["webhookSent"]> }) {
  if (sent.state === "sent")
    return (
      <span>
        webhook taken <RelativeTime at={sent.at} />
      </span>
    );
  return (
    <span style={{ color: sent.state === "givenUp" ? "var(--sl-failed)" : "var(--sl-late)" }}>
      webhook {sent.state === "givenUp" ? "given up" : "not taken yet"}
      {sent.error ? `: ${sent.error}` : ""}
    </span>
  );
}

function Outcome({ slot }: { slot: SlotView }) {
  const badge = <StateBadge {...outcomeOf(slot)} />;
  const there = slot.run ? `/runs/${slot.run.id}` : slot.execution && `/executions/${slot.execution}`;
  return (
    <>
      {there ? (
        <Link href={there} prefetch={false}>
          {badge}
        </Link>
      ) : (
        badge
      )}
      <RelativeTime at={slot.slot} />
    </>
  );
}

/** What became of its last moments, each with what it started. */
function Slots({ id }: { id: string }) {
  const { data, problem } = useRest<{ items: SlotView[] }>(`/triggers/${id}/slots?limit=20`);
  if (problem) return <Refusal>{problem.message}</Refusal>;
  if (!data) return <p className={classes.meta}>Looking for its last runs</p>;
  if (data.items.length === 0) return <p className={classes.meta}>It has not come to a moment yet.</p>;
  return (
    <ul className={classes.slots} aria-label="Last runs">
      {data.items.map((slot) => (
        <li key={slot.slot}>
          <ExactTime at={slot.slot} />
          <StateBadge {...outcomeOf(slot)} />
          {slot.runs.map(({ execution, error }, at) =>
            error === null ? (
              <Link key={execution} prefetch={false} href={`/executions/${execution}`}>
                {slot.runs.length > 1 ? `answer ${at + 1}` : "answer"}
              </Link>
            ) : (
              <span key={execution}>{error}</span>
            ),
          )}
          {slot.run ? (
            <Link prefetch={false} href={`/runs/${slot.run.id}`}>
              run
            </Link>
          ) : null}
          {slot.error ? <span>{slot.error}</span> : null}
          {slot.met ? <span>condition met</span> : null}
        </li>
      ))}
    </ul>
  );
}
