"use client";

import type { TransitionStartFunction } from "react";
import { type Choice, FilterBar } from "@/components/ui/filter-bar";

interface Props {
  folders: Choice[];
  tags: string[];
  warehouses: Choice[];
  startTransition: TransitionStartFunction;
}

export function QueryFilters({ folders, tags, warehouses, startTransition }: Props) {
  return (
    <FilterBar
      label="Find a query"
      words={{
        label: "Words of the title, the description, the SQL, a table or the owner",
        placeholder: "Title, words of the SQL, a table, an owner",
        apart: true,
      }}
      filters={[
        { kind: "choice", name: "folder", label: "Whose", placeholder: "Everybody's", choices: folders },
        { kind: "choice", name: "tag", label: "Tag", choices: tags, searchable: true },
        { kind: "choice", name: "warehouse", label: "Warehouse", choices: warehouses },
        { kind: "given", name: "table", label: "Uses the table" },
        { kind: "check", name: "verified", label: "Verified only" },
        { kind: "check", name: "archived", label: "Archived" },
      ]}
      place="after"
      startTransition={startTransition}
    />
  );
}
