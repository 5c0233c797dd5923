"use client";

import { Button, Checkbox, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { parseAsString, useQueryStates } from "nuqs";
import { useTransition } from "react";
import historyClasses from "@/components/executions/history.module.css";
import { ListPages } from "@/components/executions/list-pages";
import { PipelineList } from "@/components/pipelines/pipeline-list";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { useTypedWords } from "@/components/ui/use-typed-words";
import type { PipelineItem } from "@/lib/pipelines/schema";

interface Props {
  items: PipelineItem[];
  next: string | null;
  first: string | null;
  mayWrite: boolean;
}

const filters = { q: parseAsString.withDefault(""), mine: parseAsString.withDefault("") };

/** Pipelines and the ways to find one. */
export function PipelineFinder({ items, next, first, mayWrite }: Props) {
  const [pending, startTransition] = useTransition();
  const [values, setAll] = useQueryStates({ ...filters, after: parseAsString }, { shallow: false, startTransition });
  const words = useTypedWords(values.q, (q) => void setAll({ q, after: null }));
  const filtered = values.q !== "" || values.mine !== "";
  if (items.length === 0 && !filtered)
    return (
      <Empty
        title="A pipeline makes a table every night, or sends one on"
        action={mayWrite ? <LinkButton href="/pipelines/new">Build the first one</LinkButton> : null}
      >
        It is put together from forms: where rows come from, what happens to them, what is checked, where they go. Then
        it runs by a schedule, and says in one sentence when something is wrong.
      </Empty>
    );
  return (
    <>
      <search aria-label="Find a pipeline">
        <div className={historyClasses.filters}>
          <TextInput
            className={historyClasses.search}
            size="sm"
            label="Name contains"
            leftSection={<IconSearch size={16} aria-hidden />}
            value={words.typed}
            onChange={(event) => words.type(event.currentTarget.value)}
          />
          <Checkbox
            label="Mine and my teams’"
            mb={8}
            style={{ width: "auto" }}
            checked={values.mine === "true"}
            onChange={(event) => void setAll({ mine: event.currentTarget.checked ? "true" : null, after: null })}
          />
          {filtered ? (
            <Button
              variant="subtle"
              size="sm"
              onClick={() => {
                words.empty();
                void setAll(null);
              }}
            >
              Clear
            </Button>
          ) : null}
        </div>
      </search>
      <div className={pending ? historyClasses.pending : undefined} aria-busy={pending}>
        {items.length > 0 ? <PipelineList items={items} /> : <Empty title="No pipeline is called so" />}
        <ListPages back={first} on={next} />
      </div>
    </>
  );
}
