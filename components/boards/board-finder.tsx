"use client";

import { Checkbox, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import Link from "next/link";
import { parseAsString, useQueryStates } from "nuqs";
import { useState, useTransition } from "react";
import { BoardList } from "@/components/boards/board-list";
import queryClasses from "@/components/queries/queries.module.css";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import type { BoardItem } from "@/lib/boards/schema";

interface Props {
  items: BoardItem[];
  /** The next page's address. */
  next: string | null;
  mayWrite: boolean;
}

const text = parseAsString.withDefault("");

/** Boards by words of their title; the address is the filter. */
export function BoardFinder({ items, next, mayWrite }: Props) {
  const [busy, startTransition] = useTransition();
  const [{ q, archived }, set] = useQueryStates(
    { q: text, archived: text, after: parseAsString },
    { shallow: false, startTransition },
  );
  const [typed, setTyped] = useState(q);
  const search = useDebouncedCallback((next: string) => void set({ q: next || null, after: null }), 250);
  return (
    <>
      <div className={queryClasses.form}>
        <TextInput
          className={queryClasses.find}
          style={{ flex: "1 1 260px" }}
          aria-label="Search boards"
          placeholder="A title, an owner"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value);
          }}
        />
        <Checkbox
          style={{ alignSelf: "center" }}
          label="Archived"
          checked={archived === "true"}
          onChange={(event) => void set({ archived: event.currentTarget.checked ? "true" : null, after: null })}
        />
      </div>
      <div className={busy ? queryClasses.pending : undefined} aria-busy={busy}>
        {items.length > 0 ? (
          <BoardList items={items} label="Boards" />
        ) : q || archived ? (
          <Empty title="No such board">Try fewer words, or leave the archive.</Empty>
        ) : (
          <Empty
            title="No board yet"
            action={mayWrite ? <LinkButton href="/boards/new">New board</LinkButton> : undefined}
          >
            A board shows charts, numbers, tables and text of several queries on one page, with shared parameters.
          </Empty>
        )}
        {next ? (
          <p>
            <Link href={next}>More boards</Link>
          </p>
        ) : null}
      </div>
    </>
  );
}
