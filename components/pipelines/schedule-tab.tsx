"use client";

import { Button, Select } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import type { DraftDocument } from "@/components/pipelines/draft-document";
import classes from "@/components/pipelines/pipelines.module.css";
import { saidAt } from "@/components/pipelines/use-lint";
import { NextFirings } from "@/components/schedules/next-firings";
import { fieldsOf, firstFields, whenOf } from "@/components/schedules/when-fields";
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
  const crons = draft.triggers.flatMap((trigger, at) => (typeof trigger.cron === "string" ? [{ trigger, at }] : []));
  const others = draft.triggers.length - crons.length;
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
      {crons.map(({ trigger, at }) => (
        <CronTrigger
          key={at}
          {...{ at, zone, readOnly, edit }}
          cron={String(trigger.cron)}
          timezone={typeof trigger.timezone === "string" ? trigger.timezone : ""}
          missed={typeof trigger.missed === "string" ? trigger.missed : unsaid.missed}
          error={saidAt(problems, `/triggers/${at}`)}
        />
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

interface CronProps {
  at: number;
  cron: string;
  timezone: string;
  missed: string;
  zone: string;
  error: string | undefined;
  readOnly: boolean;
  edit: Props["edit"];
}

function CronTrigger({ at, cron, timezone, missed: after, zone, error, readOnly, edit }: CronProps) {
  const [fields, setFields] = useState(() => fieldsOf(cron));
  const [said, setSaid] = useState(cron);
  // Somebody wrote another line into the YAML.
  if (cron !== said) {
    setSaid(cron);
    setFields(fieldsOf(cron));
  }
  const zones = useMemo(
    () => [...new Set([timezone || zone, zone, "UTC", ...Intl.supportedValuesOf("timeZone")])],
    [timezone, zone],
  );
  const set = (key: string, value: unknown) => edit([{ path: ["triggers", at, key], value }]);
  return (
    <fieldset className={classes.trigger} disabled={readOnly}>
      <legend className="visually-hidden">Schedule {at + 1}</legend>
      <WhenInputs
        fields={fields}
        error={error}
        onChange={(next) => {
          const line = whenOf(next);
          setFields(next);
          setSaid(line);
          set("cron", line);
        }}
      />
      <Select
        label="Time zone"
        data={zones}
        searchable
        limit={40}
        allowDeselect={false}
        value={timezone || null}
        onChange={(next) => set("timezone", next ?? "UTC")}
      />
      <NextFirings when={cron} zone={timezone || "UTC"} open />
      <Select
        label="After a time in which Sluice was not there"
        data={missed}
        allowDeselect={false}
        value={after}
        onChange={(next) => set("missed", next ?? undefined)}
      />
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
