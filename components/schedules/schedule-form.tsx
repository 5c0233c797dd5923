"use client";

import { Group, Select, Stack } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { type Given, ParameterForm } from "@/components/queries/parameter-form";
import { withoutUndefined } from "@/components/queries/use-values";
import { NextFirings } from "@/components/schedules/next-firings";
import type { Scheduled } from "@/components/schedules/schedules";
import { TellFields, type Telling } from "@/components/schedules/tell-fields";
import { fieldsOf, firstFields, whenOf } from "@/components/schedules/when-fields";
import { WhenInputs } from "@/components/schedules/when-inputs";
import { api } from "@/components/ui/api";
import { Refusal } from "@/components/ui/refusal";
import { SubmitButton } from "@/components/ui/submit-button";
import { useAction } from "@/components/ui/use-action";
import type { TriggerView } from "@/lib/triggers/schema";

interface Props {
  of: Scheduled;
  zone: string;
  /** One that is there already; undefined for a new one. */
  trigger: TriggerView | undefined;
  onDone: (saved?: TriggerView) => void;
}

/** When something runs by itself, with which values, and who hears of it. */
export function ScheduleForm({ of, zone: own, trigger, onDone }: Props) {
  const [when, setWhen] = useState(() => (trigger ? fieldsOf(trigger.when) : firstFields));
  const [zone, setZone] = useState(trigger?.zone ?? own);
  const [given, setGiven] = useState<Given>((trigger?.parameters ?? {}) as Given);
  const [telling, setTelling] = useState<Telling>(() => tellingOf(trigger));
  const { run, busy, problem } = useAction();
  const zones = useMemo(() => [...new Set([zone, own, "UTC", ...Intl.supportedValuesOf("timeZone")])], [zone, own]);
  const errors = problem?.byField ?? {};
  const line = whenOf(when);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const { tellWhen, limit, mailTo, webhook } = telling;
    const body = {
      ...{ when: line, zone, parameters: withoutUndefined(given), tellWhen },
      limit: tellWhen === "limit" ? limit : null,
      mailTo: mailTo.map(({ id }) => id),
      webhook: webhook.trim() || null,
    };
    const saved = await run(() =>
      trigger
        ? api<TriggerView>("PATCH", `/triggers/${trigger.id}`, body)
        : api<TriggerView>("POST", `${of.path}/triggers`, body),
    );
    if (saved) onDone(saved);
  };
  const atValues = Object.fromEntries(
    Object.entries(errors).flatMap(([field, message]) =>
      field.startsWith("parameters.") ? [[field.slice("parameters.".length), message]] : [],
    ),
  );
  return (
    <form onSubmit={save} noValidate>
      <Stack gap="sm">
        <WhenInputs fields={when} error={errors.when} onChange={setWhen} />
        <Select
          label="Time zone"
          data={zones}
          value={zone}
          searchable
          limit={40}
          allowDeselect={false}
          error={errors.zone}
          onChange={(next) => setZone(next ?? zone)}
        />
        <NextFirings when={line} zone={zone} />
        <ParameterForm
          parameters={of.parameters}
          given={given}
          problems={atValues}
          zone={zone}
          onChange={(name, value) => setGiven({ ...given, [name]: value })}
        />
        <TellFields of={of} telling={telling} errors={errors} onChange={setTelling} />
        <Refusal>{problem && problem.fields.length === 0 ? problem.message : undefined}</Refusal>
        <Group justify="flex-end">
          <SubmitButton loading={busy}>{trigger ? "Save" : "Add schedule"}</SubmitButton>
        </Group>
      </Stack>
    </form>
  );
}

function tellingOf(trigger: TriggerView | undefined): Telling {
  return {
    tellWhen: trigger?.tellWhen ?? "never",
    limit: trigger?.limit ?? { column: "", of: "first", is: "above", value: "", once: true },
    mailTo: trigger?.mailTo ?? [],
    webhook: trigger?.webhook ?? "",
  };
}
