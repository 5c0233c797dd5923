import { Skeleton, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { Since } from "@/components/executions/since";
import { titleOf } from "@/components/executions/title";
import { StateBadge } from "@/components/ui/state";
import { RelativeTime } from "@/components/ui/time";
import { useRest } from "@/components/ui/use-rest";
import type { ExecutionsPage } from "@/lib/executions/schema";
import classes from "./editor.module.css";

/** What this person ran, newest first; a choice opens its SQL in a tab, with its result. */
export function RecentRuns({ onOpen }: { onOpen: (executionId: string) => void }) {
  const [search, setSearch] = useState("");
  const [wanted] = useDebouncedValue(search, 200);
  const { data, problem } = useRest<ExecutionsPage>(
    `/executions?user=me&limit=50${wanted.trim() ? `&q=${encodeURIComponent(wanted.trim())}` : ""}`,
  );
  return (
    <div>
      <TextInput
        data-autofocus
        aria-label="Search your SQL"
        placeholder="Search your SQL"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        mb={8}
      />
      {problem && (
        <Text size="sm" c="var(--sl-failed)" role="alert">
          {problem.message}
        </Text>
      )}
      {!data && !problem && <Skeleton height={240} />}
      {data?.items.length === 0 && (
        <Text c="dimmed">
          {wanted ? "None of your runs has this text" : "You have run nothing so far"}
          <Since at={data.searchedTo} />.
        </Text>
      )}
      {data?.items.map((item) => (
        <UnstyledButton key={item.id} className={classes.recent} onClick={() => onOpen(item.id)}>
          <span className={classes.recentSql}>{titleOf(item.sql)}</span>
          <span className={classes.recentFacts}>
            <StateBadge state={item.state} />
            {item.warehouse.name}
            <RelativeTime at={item.submittedAt} focusable={false} />
          </span>
        </UnstyledButton>
      ))}
    </div>
  );
}
