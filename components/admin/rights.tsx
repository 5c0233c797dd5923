"use client";

import { Checkbox, Group, NativeSelect, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { FoundPerson } from "@/components/admin/found-people";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Confirm } from "@/components/ui/confirm";
import { PageHead } from "@/components/ui/page-head";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import { type Right, type RightView, rights } from "@/lib/access/schema";

interface Named {
  id: string;
  name: string;
}
interface Props {
  items: RightView[];
  teams: Named[];
}

const words: Record<Right, { title: string; about: string }> = {
  download: {
    title: "Download results",
    about:
      "As a file: a result’s rows, a chart as a picture or its numbers, what a stage handed on, and files that a pipeline keeps. Whoever may open a result sees its rows in any case.",
  },
  image: {
    title: "Run any container image",
    about:
      "To publish or try a pipeline with a stage that names its own image, as Container does, and whether that reaches the network. What is published already runs on without it.",
  },
  link: {
    title: "Make links that open to whoever has them",
    about:
      "To anybody here who is signed in, whatever their teams. With the right its owner loses, a link closes; with it back, it opens again.",
  },
};
const roles = [
  { id: "viewer", name: "Viewers" },
  { id: "editor", name: "Editors" },
  { id: "admin", name: "Admins" },
];

/** What is off until it is allowed, and to whom it is. */
export function Rights({ items, teams }: Props) {
  return (
    <>
      <PageHead
        title="Rights"
        note="Off for everybody until allowed, to a role, a team or a person. Service accounts count as people."
      />
      <Stack gap="xl">
        {rights.map((right) => (
          <OneRight key={right} right={right} items={items.filter((item) => item.right === right)} teams={teams} />
        ))}
      </Stack>
    </>
  );
}

function OneRight({ right, items, teams }: Props & { right: Right }) {
  const { run, busy, problem } = useAction();
  const set = (scope: string, id: string, allowed: boolean) => api("PUT", "/rights", { right, scope, id, allowed });
  const has = (scope: string, id: string) => items.some((item) => item.scope === scope && item.id === id);
  const named = items.filter(({ scope }) => scope !== "role");
  return (
    <section aria-label={words[right].title}>
      <h2 style={{ fontSize: 16, margin: 0 }}>{words[right].title}</h2>
      <Text c="dimmed" mb="xs">
        {words[right].about}
      </Text>
      <Group gap="lg" mb="xs">
        {roles.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={has("role", id)}
            disabled={busy}
            onChange={(event) => {
              const { checked } = event.currentTarget;
              void run(() => set("role", id, checked));
            }}
          />
        ))}
      </Group>
      {named.length > 0 ? (
        <ul style={{ listStyle: "none", margin: "0 0 8px", padding: 0 }}>
          {named.map(({ scope, id, name }) => (
            <li key={`${scope} ${id}`} style={{ display: "flex", gap: 8, alignItems: "center" }}>
              <span style={{ minWidth: 0, overflowWrap: "anywhere" }}>
                {name} <Text span c="dimmed">{`(${scope})`}</Text>
              </span>
              <Confirm label="Take it back" verb={`Take it back from ${name}`} onConfirm={() => set(scope, id, false)}>
                {words[right].title}: no more for {name}, unless a role or another team has it.
              </Confirm>
            </li>
          ))}
        </ul>
      ) : null}
      <AllowMore right={right} teams={teams.filter(({ id }) => !has("team", id))} onAllow={set} />
      <Refusal>{problem?.message}</Refusal>
    </section>
  );
}

interface MoreProps extends Omit<Props, "items"> {
  right: Right;
  onAllow: (scope: string, id: string, allowed: boolean) => Promise<unknown>;
}

function AllowMore({ right, teams, onAllow }: MoreProps) {
  const [scope, setScope] = useState("team");
  const [id, setId] = useState<string | null>(null);
  const { run, busy, problem } = useAction();
  return (
    <form
      noValidate
      aria-label={`Allow more: ${words[right].title}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (!id) return;
        void run(async () => {
          await onAllow(scope, id, true);
          setId(null);
        });
      }}
    >
      <Group gap="xs" align="flex-end">
        <NativeSelect
          aria-label="To whom"
          data={[
            { value: "team", label: "A team" },
            { value: "person", label: "A person" },
          ]}
          value={scope}
          onChange={(event) => {
            setScope(event.currentTarget.value);
            setId(null);
          }}
        />
        {scope === "team" ? (
          <Select
            aria-label="Team"
            placeholder="Choose a team"
            data={teams.map((one) => ({ value: one.id, label: one.name }))}
            value={id}
            onChange={setId}
            searchable
          />
        ) : (
          <FoundPerson hidden value={id} onChange={setId} />
        )}
        <BusyButton type="submit" variant="default" loading={busy} disabled={!id}>
          Allow
        </BusyButton>
      </Group>
      <Refusal>{problem?.message}</Refusal>
    </form>
  );
}
