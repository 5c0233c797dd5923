"use client";

import { Select } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";

/** With fewer stages than this the picture is the way to each. */
const worthwhile = 20;
/** A longer list is narrowed by typing. */
export const mostOffered = 100;

interface Props {
  stages: { id: string; title: string | null }[];
  onSelect: (id: string) => void;
}

/** The way to one of many stages, by its title or its name in YAML. */
export function StageFinder({ stages, onSelect }: Props) {
  if (stages.length < worthwhile) return null;
  return (
    <Select
      aria-label="Find a stage"
      placeholder="Find a stage"
      leftSection={<IconSearch size={16} aria-hidden />}
      searchable
      limit={mostOffered}
      nothingFoundMessage="No stage is called so"
      data={stages.map(({ id, title }) => ({ value: id, label: title && title !== id ? `${title} (${id})` : id }))}
      // Each choice leads somewhere; the field is free for the next one.
      value={null}
      onChange={(id) => id && onSelect(id)}
    />
  );
}
