"use client";

import { Button, Group, NativeSelect, NumberInput, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { FoundPerson, FoundToken } from "@/components/admin/found-people";
import { whole } from "@/components/admin/gate-limits";
import { limitLabels, limitNotes, previewWords } from "@/components/admin/limit-words";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import { useRest } from "@/components/ui/use-rest";
import { type LimitName, type LimitPreview, type LimitScope, limitNames, limitScopes } from "@/lib/gate/schema";

const names = Object.keys(limitNames) as LimitName[];
const namesOf = (scope: LimitScope) =>
  names.filter((name) => (limitNames[name] as readonly LimitScope[]).includes(scope));

interface FormProps {
  warehouses: Named[];
  /** Whose limit it is at first; without it the company's. */
  token?: Named;
}
interface Named {
  id: string;
  name: string;
}

/** Sets one limit. It is not saved before its effect on the last 7 days was shown. */
export function LimitForm({ warehouses, token }: FormProps) {
  const [scope, setScope] = useState<LimitScope>(token ? "token" : "company");
  const [id, setId] = useState<string | null>(token?.id ?? null);
  const [name, setName] = useState<LimitName>("running");
  const [value, setValue] = useState<number | string>("");
  const [shown, setShown] = useState<{ key: string; preview: LimitPreview }>();
  const { run, busy, problem, clear } = useAction();
  const asked = { scope, ...(scope === "company" ? {} : { id: id ?? undefined }), name, value: Number(value) };
  const key = JSON.stringify(asked);
  const preview = shown?.key === key ? shown.preview : undefined;
  const ready = value !== "" && (scope === "company" || id !== null);
  const show = () =>
    run(async () => setShown({ key, preview: await api<LimitPreview>("POST", "/limits/preview", asked) }));
  const save = () =>
    run(async () => {
      await api("PUT", "/limits", asked);
      setShown(undefined);
      setValue("");
    });
  return (
    <form
      noValidate
      aria-label="Set a limit"
      onSubmit={(event) => {
        event.preventDefault();
        void (preview ? save() : show());
      }}
    >
      <Stack gap="sm" maw={480}>
        <h2 style={{ fontSize: 16, margin: 0 }}>Set a limit</h2>
        <NativeSelect
          label="Of"
          data={limitScopes.map((one) => ({ value: one, label: one === "company" ? "the whole company" : `a ${one}` }))}
          value={scope}
          onChange={(event) => {
            const next = event.currentTarget.value as LimitScope;
            setScope(next);
            setId(null);
            if (!namesOf(next).includes(name)) setName(namesOf(next)[0] ?? "rows");
            clear();
          }}
        />
        {scope === "company" ? null : (
          <Whose key={scope} scope={scope} warehouses={warehouses} token={token} value={id} onChange={setId} />
        )}
        <NativeSelect
          label="Limit"
          description={limitNotes[name]}
          data={namesOf(scope).map((one) => ({ value: one, label: limitLabels[one] }))}
          value={name}
          onChange={(event) => setName(event.currentTarget.value as LimitName)}
        />
        <NumberInput label="At most" min={1} thousandSeparator="," {...whole} value={value} onChange={setValue} />
        <div role="status">
          {preview ? (
            <>
              <Text fw={500}>{previewWords(preview)}</Text>
              <Text c="dimmed" size="sm">
                {preview.basis}
              </Text>
            </>
          ) : null}
        </div>
        <Refusal>{problem?.message}</Refusal>
        <Group gap="xs">
          <BusyButton type="submit" loading={busy} disabled={!ready}>
            {preview ? "Save limit" : "Show its effect"}
          </BusyButton>
          {preview ? (
            <Button variant="default" onClick={() => setShown(undefined)}>
              Change it
            </Button>
          ) : null}
        </Group>
      </Stack>
    </form>
  );
}

interface WhoseProps {
  scope: Exclude<LimitScope, "company">;
  warehouses: Named[];
  token: Named | undefined;
  value: string | null;
  onChange: (id: string | null) => void;
}

function Whose({ scope, warehouses, token, value, onChange }: WhoseProps) {
  if (scope === "person") return <FoundPerson value={value} onChange={onChange} />;
  if (scope === "token") return <FoundToken known={token} value={value} onChange={onChange} />;
  if (scope === "team") return <Team value={value} onChange={onChange} />;
  return <Choose label="Warehouse" items={warehouses} value={value} onChange={onChange} />;
}

function Team({ value, onChange }: Pick<WhoseProps, "value" | "onChange">) {
  const { data } = useRest<{ items: Named[] }>("/teams");
  return <Choose label="Team" items={data?.items ?? []} value={value} onChange={onChange} />;
}

interface ChooseProps extends Pick<WhoseProps, "value" | "onChange"> {
  label: string;
  items: { id: string; name: string }[];
}

function Choose({ label, items, value, onChange }: ChooseProps) {
  const data = items.map(({ id, name }) => ({ value: id, label: name }));
  return <Select label={label} data={data} value={value} onChange={onChange} searchable limit={50} />;
}
