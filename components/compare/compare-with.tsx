"use client";

import { Button, Loader, Stack, Text, TextInput } from "@mantine/core";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Since } from "@/components/executions/since";
import { Dialog } from "@/components/ui/dialog";
import { RelativeTime } from "@/components/ui/time";
import { useRest } from "@/components/ui/use-rest";
import type { ExecutionsPage, ExecutionView } from "@/lib/executions/schema";

interface Props {
  view: ExecutionView;
  opened: boolean;
  onClose: () => void;
}

/** Chooses what to compare a result with: an earlier run of the same SQL, or any by its link. */
export function CompareDialog({ view, opened, onClose }: Props) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Compare with another run" centered>
      {opened ? <Choices view={view} /> : null}
    </Dialog>
  );
}

function Choices({ view }: { view: ExecutionView }) {
  const query = new URLSearchParams({ q: view.sql.slice(0, 1_000), state: "succeeded", limit: "8", far: "true" });
  const { data, problem } = useRest<ExecutionsPage>(`/executions?${query}`);
  const others = data?.items.filter(({ id }) => id !== view.id) ?? [];
  return (
    <Stack gap="xs">
      {!data && !problem ? <Loader size="sm" aria-label="Looking for other runs" /> : null}
      {problem ? <Text size="sm">{problem.message}</Text> : null}
      {data && others.length === 0 ? (
        <Text size="sm" c="dimmed">
          This SQL has no other finished run that you may open
          <Since at={data.searchedTo} />.
        </Text>
      ) : null}
      {others.map((other) => (
        // The older one stands first: what is added is new.
        <Link
          key={other.id}
          href={other.id < view.id ? `/compare/${other.id}/${view.id}` : `/compare/${view.id}/${other.id}`}
        >
          {other.user.name}, <RelativeTime at={other.submittedAt} />
        </Link>
      ))}
      <ByLink view={view} />
    </Stack>
  );
}

function ByLink({ view }: { view: ExecutionView }) {
  const router = useRouter();
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  function go(event: FormEvent) {
    event.preventDefault();
    const id = /([0-9a-z]{26})(?:[/?#].*)?$/.exec(text.trim())?.[1];
    if (!id) return setError("Paste the address of an execution's page.");
    if (id === view.id) return setError("That is this one.");
    router.push(`/compare/${view.id}/${id}`);
  }
  return (
    <form onSubmit={go} style={{ display: "flex", gap: 8, alignItems: "flex-start" }}>
      <TextInput
        aria-label="Link of another execution"
        placeholder="Or paste a link"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setError(undefined);
        }}
        error={error}
        style={{ flex: 1 }}
      />
      <Button type="submit" variant="default" disabled={text.trim() === ""}>
        Go
      </Button>
    </form>
  );
}
