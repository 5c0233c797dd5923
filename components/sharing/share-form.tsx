"use client";

import { Group, Select, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useRefused } from "@/components/layout/rights";
import { WhoPicker } from "@/components/sharing/who-picker";
import { api } from "@/components/ui/api";
import { Refusal } from "@/components/ui/refusal";
import { ShownOnce } from "@/components/ui/shown-once";
import { SubmitButton } from "@/components/ui/submit-button";
import { useAction } from "@/components/ui/use-action";
import type { MadeShare, SharedKind } from "@/lib/shares/schema";

interface Props {
  kind: SharedKind;
  objectId: string;
  runnable: boolean;
  onShared: () => void;
}

const ends = [
  { value: "1", label: "in a day" },
  { value: "7", label: "in 7 days" },
  { value: "30", label: "in 30 days" },
  { value: "90", label: "in 90 days" },
  { value: "365", label: "in a year" },
];

export function ShareForm({ kind, objectId, runnable, onShared }: Props) {
  const [who, setWho] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [allows, setAllows] = useState("see");
  const [days, setDays] = useState("never");
  const [missing, setMissing] = useState(false);
  const [made, setMade] = useState<{ share: MadeShare; name: string }>();
  const { run, busy, problem, clear } = useAction();
  const link = who === "link";
  const noLink = useRefused("link");
  // A link ends; a person or a team may keep what they were given.
  const lasts = link && days === "never" ? "30" : days;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMade(undefined);
    if (!who) return setMissing(true);
    const [audience, to] = who.split(":");
    const expiresInDays = lasts === "never" ? null : Number(lasts);
    const body = { kind, id: objectId, audience, to: to ?? null, allows, expiresInDays };
    const share = await run(() => api<MadeShare>("POST", "/shares", body));
    if (!share) return;
    setMade({ share, name });
    setWho(null);
    onShared();
  };
  const errors = problem?.byField ?? {};
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <WhoPicker
          value={who}
          onChange={(next, label) => {
            setWho(next);
            setName(label);
            setMissing(false);
            clear();
          }}
          error={link && noLink ? noLink : missing ? "Choose a person, a team, everyone, or a link." : errors.to}
        />
        <Group gap="sm" grow>
          <Select
            label="They may"
            allowDeselect={false}
            data={[{ value: "see", label: "see it" }, ...(runnable ? [{ value: "run", label: "see and run it" }] : [])]}
            value={allows}
            onChange={(next) => setAllows(next ?? "see")}
            error={errors.allows}
          />
          <Select
            label="Ends"
            allowDeselect={false}
            data={link ? ends : [{ value: "never", label: "never" }, ...ends]}
            value={lasts}
            onChange={(next) => setDays(next ?? "never")}
            error={errors.expiresInDays}
          />
        </Group>
        <Refusal>{problem && problem.fields.length === 0 ? problem.message : undefined}</Refusal>
        <Group justify="space-between" gap="xs">
          <span role="status" style={{ minWidth: 0, overflowWrap: "anywhere" }}>
            {made && made.share.audience !== "link" ? `Shared with ${made.name}.` : ""}
          </span>
          <SubmitButton loading={busy} disabled={link && noLink !== undefined}>
            {link ? "Make a link" : "Share"}
          </SubmitButton>
        </Group>
        {made?.share.audience === "link" ? (
          <ShownOnce
            label="The link"
            value={made.share.url}
            note="Copy it now: only its fingerprint is stored. It opens to whoever is signed in here and has it, and you see below who came."
          />
        ) : null}
      </Stack>
    </form>
  );
}
