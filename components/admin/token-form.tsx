"use client";

import { MultiSelect, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { TokenPlaceFields } from "@/components/admin/token-place-fields";
import { showErrors, useFieldErrors } from "@/components/admin/use-field-errors";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Dialog } from "@/components/ui/dialog";
import { Refusal } from "@/components/ui/refusal";
import { ShownOnce } from "@/components/ui/shown-once";
import { useAction } from "@/components/ui/use-action";

const words: Record<string, string> = {
  "*": "All that you may do",
  "executions:read": "Read executions and results",
  "executions:run": "Run and stop SQL",
  "queries:read": "Read saved queries",
  "queries:write": "Save and change queries",
  "sharing:write": "Share, comment and ask for access",
  "warehouses:read": "See warehouses and tables",
  "warehouses:manage": "Manage warehouses and gates",
  "people:manage": "Manage people and teams, and sign in as any of them, admins too",
  "tokens:manage": "Manage tokens",
  "audit:read": "Read the audit log",
  "results:erase": "Erase stored results, for good",
  "usage:read": "Read how Sluice is used",
  "metrics:read": "Read metrics (for Prometheus)",
  "mcp:use": "Let an AI assistant query, and nothing else",
  "pipelines:read": "See pipelines and operators",
  "pipelines:write": "Change pipelines",
  "pipelines:run": "Start, retry and cancel runs of pipelines",
  "secrets:write": "Set and delete secrets of pipelines",
};

interface Props {
  opened: boolean;
  onClose: () => void;
  scopes: string[];
  /** Whether who makes it may give the lanes in front, as admins may. */
  gives: boolean;
  /** Where it is made: for oneself, or for a service account. */
  path?: string;
}

export function TokenForm({ opened, onClose, scopes, gives, path = "/tokens" }: Props) {
  const [value, setValue] = useState<string>();
  const { run, busy, problem, clear } = useAction();
  const form = useForm({
    initialValues: {
      ...{ name: "", scopes: ["executions:read", "executions:run"], days: "90" },
      ...{ lane: "usual", statementsPerHour: "" as number | string },
    },
    validate: {
      name: (name) => (name.trim() ? null : "Give it a name, after the program that will use it."),
      scopes: (chosen) => (chosen.length > 0 ? null : "Choose at least one."),
    },
  });
  useFieldErrors(form, problem);
  const close = () => {
    setValue(undefined);
    clear();
    form.reset();
    onClose();
  };
  const submit = form.onSubmit(
    async ({ name, scopes: chosen, days, lane, statementsPerHour }) => {
      const asked = {
        ...{
          name,
          scopes: chosen,
          expiresInDays: days === "never" ? null : Number(days),
          lane: lane === "usual" ? null : lane,
        },
        statementsPerHour: statementsPerHour === "" ? null : Number(statementsPerHour),
      };
      const made = await run(() => api<{ value: string }>("POST", path, asked));
      if (made) setValue(made.value);
    },
    (errors) => showErrors(form, errors),
  );

  return (
    <Dialog
      opened={opened}
      onClose={close}
      title={value ? "Your new token" : "New token"}
      centered
      closeOnClickOutside={!value}
    >
      {value ? (
        <ShownOnce
          label="Token"
          value={value}
          note="Copy it now: only its fingerprint is stored, so nobody can show it again."
          onDone={close}
        />
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack>
            <TextInput label="Name" placeholder="nightly report" data-autofocus {...form.getInputProps("name")} />
            <MultiSelect
              label="Scopes"
              description="The least that the program needs."
              data={scopes.map((scope) => ({ value: scope, label: words[scope] ?? scope }))}
              {...form.getInputProps("scopes")}
            />
            <Select
              label="Expires"
              allowDeselect={false}
              data={[
                { value: "7", label: "in 7 days" },
                { value: "30", label: "in 30 days" },
                { value: "90", label: "in 90 days" },
                { value: "365", label: "in a year" },
                { value: "never", label: "never" },
              ]}
              {...form.getInputProps("days")}
            />
            <TokenPlaceFields gives={gives} inputProps={form.getInputProps} />
            <Refusal>{problem && problem.fields.length === 0 ? problem.message : undefined}</Refusal>
            <BusyButton type="submit" size="sm" loading={busy}>
              Make token
            </BusyButton>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
