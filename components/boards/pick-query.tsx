"use client";

import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useRest } from "@/components/ui/use-rest";
import type { QueryItem } from "@/lib/queries/schema";

/** Finds a saved query by its words. */
export function PickQuery({ onPick }: { onPick: (query: { id: string; title: string }) => void }) {
  const [typed, setTyped] = useState("");
  const [wanted] = useDebouncedValue(typed, 200);
  const { data } = useRest<{ items: QueryItem[] }>(`/queries?limit=20&q=${encodeURIComponent(wanted)}`);
  return (
    <Select
      style={{ flex: "0 1 320px" }}
      aria-label="Add a query"
      placeholder="Add a query: search by title"
      searchable
      data={(data?.items ?? []).map(({ id, title }) => ({ value: id, label: title }))}
      // The server has searched already, in more than the title.
      filter={({ options }) => options}
      value={null}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(id) => {
        const found = data?.items.find((one) => one.id === id);
        if (found) onPick(found);
        setTyped("");
      }}
      nothingFoundMessage="No such query"
    />
  );
}
