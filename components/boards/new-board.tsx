"use client";

import { TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { api } from "@/components/ui/api";
import { Refusal } from "@/components/ui/refusal";
import { SubmitButton } from "@/components/ui/submit-button";
import { useAction } from "@/components/ui/use-action";
import type { BoardView } from "@/lib/boards/schema";

/** A board begins with its title. */
export function NewBoard() {
  const router = useRouter();
  const [title, setTitle] = useState("");
  const { run, busy, problem } = useAction();
  const make = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const { id } = await api<BoardView>("POST", "/boards", { title });
      router.push(`/boards/${id}/edit`);
    });
  };
  return (
    <form onSubmit={make} noValidate style={{ display: "flex", flexDirection: "column", gap: 12, maxWidth: 480 }}>
      <TextInput
        label="Title"
        description="What somebody looks for who wants these numbers."
        required
        maxLength={200}
        value={title}
        error={problem?.byField.title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Refusal>{problem && !problem.byField.title ? problem.message : undefined}</Refusal>
      <div>
        <SubmitButton loading={busy}>Make the board</SubmitButton>
      </div>
    </form>
  );
}
