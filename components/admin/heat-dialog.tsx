"use client";

import { NumberInput, Stack, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useState } from "react";
import { whole } from "@/components/admin/gate-limits";
import { numberOf } from "@/components/admin/number-of";
import { useFieldErrors } from "@/components/admin/use-field-errors";
import { api } from "@/components/ui/api";
import { Dialog } from "@/components/ui/dialog";
import { DialogActions } from "@/components/ui/dialog-actions";
import { ShownOnce } from "@/components/ui/shown-once";
import { useAction } from "@/components/ui/use-action";
import { useRest } from "@/components/ui/use-rest";
import { type HeatView, saidBy } from "@/lib/gate/schema";

const numbers = ["hotWaiting", "hotActive", "hotOldestMinutes", "hotEngineSlots", "alertMinutes"] as const;

/** As the fields have them: empty for none. */
const asShown = (heat?: HeatView) =>
  Object.fromEntries(numbers.map((name) => [name, heat?.[name] ?? ""])) as Record<
    (typeof numbers)[number],
    number | string
  >;

interface Props {
  warehouse: { id: string; name: string; engine: string };
  onClose: () => void;
  onDone: () => Promise<void>;
}

/** What is hot there, whether its slots follow, and who is told. */
export function HeatDialog({ warehouse, onClose, onDone }: Props) {
  const path = `/warehouses/${warehouse.id}/heat`;
  const { data, problem: unread } = useRest<HeatView>(path);
  const [secret, setSecret] = useState<string | null>(null);
  const { run, busy, problem } = useAction();
  const form = useForm({ initialValues: { slowDown: false, webhook: "", ...asShown() } });
  useFieldErrors(form, problem);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was read fills the form
  useEffect(() => {
    if (!data) return;
    form.setValues({ slowDown: data.slowDown, webhook: data.webhook ?? "", ...asShown(data) });
  }, [data]);
  const save = form.onSubmit(({ slowDown, webhook, ...shown }) =>
    run(async () => {
      const address = webhook.trim() || null;
      const answer = await api<{ webhookSecret: string | null }>("PUT", path, {
        slowDown,
        ...Object.fromEntries(numbers.map((name) => [name, numberOf(shown[name])])),
        ...(address === (data?.webhook ?? null) ? {} : { webhook: address }),
      });
      await onDone();
      if (answer.webhookSecret) setSecret(answer.webhookSecret);
      else onClose();
    }),
  );
  return (
    <Dialog opened onClose={onClose} title={`When ${warehouse.name} is hot`} centered>
      {secret ? (
        <ShownOnce
          label="Secret of the webhook"
          value={secret}
          note="Each message is signed with it. It is shown this once."
        />
      ) : (
        <form onSubmit={save} noValidate>
          <Stack gap="sm">
            <Switch
              label="Slow down by itself"
              description="Gives fewer slots while it is hot, and all of them again after. Never none."
              {...form.getInputProps("slowDown", { type: "checkbox" })}
            />
            <NumberInput
              label="Hot from so many waiting sessions"
              description="Everybody's, that wait for locks, disk or the like; of BigQuery its jobs that have not begun."
              {...whole}
              {...form.getInputProps("hotWaiting")}
            />
            <NumberInput
              label="Hot from so many active sessions"
              description="Everybody's. Empty: not looked at."
              {...whole}
              {...form.getInputProps("hotActive")}
            />
            {saidBy.hotOldestMinutes(warehouse.engine) ? (
              <NumberInput
                label={`Hot when the oldest ${warehouse.engine === "bigquery" ? "job" : "transaction"} is so many minutes old`}
                description="Everybody's, Sluice's own too. Empty: not looked at."
                {...whole}
                {...form.getInputProps("hotOldestMinutes")}
              />
            ) : null}
            {saidBy.hotEngineSlots(warehouse.engine) ? (
              <NumberInput
                label="Hot from so many BigQuery slots in use"
                description="By everybody's jobs in its project. Empty: not looked at."
                {...whole}
                {...form.getInputProps("hotEngineSlots")}
              />
            ) : null}
            <NumberInput
              label="Tell admins after so many minutes"
              description="Once, and again when it is over: in their inbox and by mail. Empty: never."
              {...whole}
              {...form.getInputProps("alertMinutes")}
            />
            <TextInput
              label="Webhook"
              description="An address that is told as well, signed."
              placeholder="https://hooks.example.com/hot"
              {...form.getInputProps("webhook")}
            />
            <DialogActions
              refusal={unread?.message ?? (problem && problem.fields.length === 0 ? problem.message : undefined)}
              busy={busy}
              disabled={!data}
              onCancel={onClose}
            />
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
