"use client";

import { Combobox, Group, Textarea, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { type Named, toSent, typedName } from "@/components/comments/mention-text";
import { Refusal } from "@/components/ui/refusal";
import { SubmitButton } from "@/components/ui/submit-button";
import { useAction } from "@/components/ui/use-action";
import { useRest } from "@/components/ui/use-rest";
import type { WhoFound } from "@/lib/shares/schema";

interface Props {
  label: string;
  verb: string;
  /** What is edited. */
  initial?: { text: string; named: Named };
  onSend: (text: string) => Promise<unknown>;
  /** Beside the button. */
  children?: ReactNode;
}

/** A text in which an @ offers people. */
export function CommentForm({ label, verb, initial, onSend, children }: Props) {
  const [text, setText] = useState(initial?.text ?? "");
  const [typed, setTyped] = useState<string | null>(null);
  const named = useRef<Named>(new Map(initial?.named));
  const field = useRef<HTMLTextAreaElement>(null);
  const list = useCombobox({ onDropdownClose: () => list.resetSelectedOption() });
  const { run, busy, problem, clear } = useAction();

  const look = () => {
    const name = typedName(field.current?.value ?? "", field.current?.selectionStart ?? 0);
    setTyped(name);
    if (name === null) list.closeDropdown();
    else list.openDropdown();
  };
  const choose = (person: WhoFound) => {
    const caret = field.current?.selectionStart ?? text.length;
    const start = caret - (typed?.length ?? 0) - 1;
    const before = `${text.slice(0, start)}@${person.name} `;
    named.current.set(person.name, person.id);
    setText(before + text.slice(caret));
    setTyped(null);
    list.closeDropdown();
    // After React has put the text in.
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(before.length, before.length);
    });
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const sent = await run(async () => {
      await onSend(toSent(text, named.current));
      return true;
    });
    if (!sent || initial) return;
    setText("");
    // The button has nothing to send now and would drop the focus.
    field.current?.focus();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Combobox store={list} withinPortal={false} position="bottom-start">
        <Combobox.EventsTarget>
          <Textarea
            ref={field}
            label={label}
            placeholder="Say something about this result. @ names a colleague."
            autosize
            minRows={2}
            maxRows={12}
            maxLength={10_000}
            value={text}
            error={problem?.byField.text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              clear();
              look();
            }}
            onClick={look}
            onBlur={() => list.closeDropdown()}
          />
        </Combobox.EventsTarget>
        {typed !== null ? <People typed={typed} onChoose={choose} /> : null}
      </Combobox>
      <Refusal>{problem && problem.fields.length === 0 ? problem.message : undefined}</Refusal>
      <Group justify="flex-end" mt="xs" gap="xs">
        {children}
        <SubmitButton loading={busy} disabled={text.trim() === ""}>
          {verb}
        </SubmitButton>
      </Group>
    </form>
  );
}

function People({ typed, onChoose }: { typed: string; onChoose: (person: WhoFound) => void }) {
  const [q] = useDebouncedValue(typed, 120);
  const { data } = useRest<{ items: WhoFound[] }>(`/people?${new URLSearchParams({ q, limit: "6", kind: "person" })}`);
  // What is on offer fits what is typed also before the server has answered: Enter must not name somebody else.
  const fits = ({ name, email }: WhoFound) => `${name} ${email ?? ""}`.toLowerCase().includes(typed.toLowerCase());
  const found = data?.items.filter(fits) ?? [];
  if (found.length === 0) return null;
  return (
    <Combobox.Dropdown>
      <Combobox.Options aria-label="People">
        {found.map((person) => (
          <Combobox.Option key={person.id} value={person.id} onClick={() => onChoose(person)}>
            {person.name} <span style={{ fontSize: 12, color: "var(--mantine-color-dimmed)" }}>{person.email}</span>
          </Combobox.Option>
        ))}
      </Combobox.Options>
    </Combobox.Dropdown>
  );
}
