"use client";

import type { TransitionStartFunction } from "react";
import { stateChoices } from "@/components/executions/state-choices";
import { type Choice, FilterBar } from "@/components/ui/filter-bar";

interface Props {
  people: Choice[];
  warehouses: Choice[];
  startTransition: TransitionStartFunction;
}

export function HistoryFilters({ people, warehouses, startTransition }: Props) {
  return (
    <FilterBar
      label="Filter the history"
      words={{ label: "SQL contains", placeholder: "events, learner_id, …" }}
      filters={[
        {
          ...{ kind: "choice", name: "user", label: "Who", placeholder: "Anyone", choices: people },
          searchable: people.length > 8,
        },
        { kind: "choice", name: "warehouse", label: "Warehouse", choices: warehouses },
        { kind: "choice", name: "state", label: "State", choices: stateChoices },
        { kind: "date", name: "from", label: "From" },
        { kind: "date", name: "to", label: "To" },
      ]}
      place="before"
      startTransition={startTransition}
    />
  );
}
