"use client";

import { Button, Select } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import type { DraftDocument } from "@/components/pipelines/draft-document";
import classes from "@/components/pipelines/pipelines.module.css";
import { fieldsOfTimed, type Timed, timedOf, timingChanges } from "@/components/pipelines/trigger-change";
import { saidAt } from "@/components/pipelines/use-lint";
import { NextFirings } from "@/components/schedules/next-firings";
import { firstFields, whenOf } from "@/components/schedules/when-fields";
import { WhenInputs } from "@/components/schedules/when-inputs";
import { Empty } from "@/components/ui/empty";
import type { Change } from "@/lib/pipelines/rewrite";
import { type Problem, unsaid } from "@/lib/pipelines/schema";

interface Props {
  draft: DraftDocument;
  zone: string;
  problems: Problem[];
  readOnly: boolean;
  edit: (changes: Change[]) => void;
}

const missed = [
  { value: "latest", label: "Run the newest one" },
  { value: "all", label: "Run each of them, one after the other" },
  { value: "none", label: "Run none" },
];
const overlaps = [
  { value: "skip", label: "Leave the new one out" },
  { value: "queue", label: "Let the new one wait" },
  { value: "cancel", label: "Cancel the one that runs" },
];

/** When it runs by itself, in words. It counts once it is published. */
export function ScheduleTab({ draft, zone, problems, readOnly, edit }: Props) {
  const timed = draft.triggers.flatMap((trigger, at) => {
    const found = timedOf(trigger);
    return found ? [{ trigger: found, at }] : [];
  });
  const others = draft.triggers.length - timed.length;
  const first = { cron: whenOf({ ...firstFields, time: "06:15" }), timezone: zone };
  const add = () => edit([{ path: ["triggers", draft.triggers.length], value: first }]);
  if (draft.triggers.length === 0)
    return (
      <Empty
        title="It runs when somebody starts it"
        action={readOnly ? null : <Button onClick={add}>Add a schedule</Button>}
      >
        A schedule starts it by itself, for example every day at 06:15, for the day before.
      </Empty>
    );
  return (
    <div className={classes.fields}>
      {timed.map(({ trigger, at }) => (
        <TimedTrigger key={at} {...{ at, trigger, zone, readOnly, edit }} error={saidAt(problems, `/triggers/${at}`)} />
      ))}
      {others > 0 ? (
        <p className={classes.summary}>
          {others === 1 ? "One trigger is" : `${others} triggers are`} of a kind that only the YAML shows.
        </p>
      ) : null}
      <Select
        className={classes.narrow}
        label="If the run before is not over yet"
        data={overlaps}
        allowDeselect={false}
        readOnly={readOnly}
        value={draft.overlap || unsaid.overlap}
        onChange={(next) => edit([{ path: ["concurrency", "overlap"], value: next ?? undefined }])}
      />
      {readOnly ? null : (
        <div>
          <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
            Another schedule
          </Button>
        </div>
      )}
    </div>
  );
}

interface TimedProps {
  at: number;
  trigger: Timed;
  zone: string;
  error: string | undefined;
  readOnly: boolean;
  edit: Props["edit"];
}

function TimedTrigger({ at, trigger, zone, error, readOnly, edit }: TimedProps) {
  const { timezone, missed: after = unsaid.missed } = trigger;
  const line = trigger.cron ?? trigger.at ?? "";
  const [fields, setFields] = useState(() => fieldsOfTimed(trigger));
  const [said, setSaid] = useState(line);
  // Somebody wrote another line into the YAML.
  if (line !== said) {
    setSaid(line);
    setFields(fieldsOfTimed(trigger));
  }
  const zones = useMemo(
    () => [...new Set([timezone || zone, zone, "UTC", ...Intl.supportedValuesOf("timeZone")])],
    [timezone, zone],
  );
  const set = (key: string, value: unknown) => edit([{ path: ["triggers", at, key], value }]);
  const once = fields.frequency === "once";
  return (
    <fieldset className={classes.trigger} disabled={readOnly}>
      <legend className="visually-hidden">Schedule {at + 1}</legend>
      <WhenInputs
        fields={fields}
        error={error}
        onChange={(next) => {
          setFields(next);
          setSaid(whenOf(next));
          edit(timingChanges(at, trigger, next, zone));
        }}
      />
      {once ? null : (
        <Select
          label="Time zone"
          data={zones}
          searchable
          limit={40}
          allowDeselect={false}
          value={timezone || null}
          onChange={(next) => set("timezone", next ?? "UTC")}
        />
      )}
      <NextFirings when={line} zone={once ? zone : timezone || "UTC"} open />
      {once ? null : (
        <Select
          label="After a time in which Sluice was not there"
          data={missed}
          allowDeselect={false}
          value={after}
          onChange={(next) => set("missed", next ?? undefined)}
        />
      )}
      {readOnly ? null : (
        <div>
          <Button variant="subtle" color="red" onClick={() => edit([{ path: ["triggers", at], value: undefined }])}>
            Remove this schedule
          </Button>
        </div>
      )}
    </fieldset>
  );
}
