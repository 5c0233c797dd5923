"use client";

import { Button, Group, MultiSelect, Select, Skeleton, Text } from "@mantine/core";
import Link from "next/link";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import classes from "@/components/compare/compare.module.css";
import { DifferenceTable } from "@/components/compare/difference-table";
import { titleOf } from "@/components/executions/title";
import { count } from "@/components/ui/count";
import { Empty } from "@/components/ui/empty";
import { PageHead } from "@/components/ui/page-head";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { ExactTime, RelativeTime } from "@/components/ui/time";
import { useRest } from "@/components/ui/use-rest";
import type { ExecutionView } from "@/lib/executions/schema";
import type { DiffKind, DiffView } from "@/lib/results/schema";

const pageRows = 200;

/** Two results side by side by key. Everything that is chosen lives in the URL. */
export function ComparePage({ a, b }: { a: ExecutionView; b: ExecutionView }) {
  const params = useSearchParams();
  const path = `/executions/${a.id}/diff/${b.id}?${apiQuery(params)}`;
  const { data, stale, problem, reload } = useRest<DiffView>(path);
  const atKey = problem?.byField.key;
  return (
    <>
      <PageHead title="Compare" note="What the second result has that the first has not, and the other way round." />
      <div className={classes.sides}>
        <Side name="First" view={a} rows={data?.a} />
        <Side name="Second" view={b} rows={data?.b} />
      </div>
      <Controls columns={columnsOfBoth(a, b)} view={data} error={atKey} params={params} />
      {problem && !atKey ? (
        <ProblemAlert title="These results cannot be compared now" onRetry={() => void reload()}>
          {problem.message}
        </ProblemAlert>
      ) : null}
      {data && !problem ? <Differences view={data} stale={stale} params={params} /> : null}
      {!data && !problem ? <Skeleton height={240} radius={6} /> : null}
    </>
  );
}

function apiQuery(params: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams();
  const key = params.getAll("key");
  if (key.length > 0) query.set("key", JSON.stringify(key));
  for (const name of ["only", "column"]) {
    const value = params.get(name);
    if (value) query.set(name, value);
  }
  query.set("offset", String(pageOf(params) * pageRows));
  query.set("limit", String(pageRows));
  return query;
}

const pageOf = (params: URLSearchParams) => Math.max(0, Number(params.get("page") ?? 1) - 1 || 0);

function columnsOfBoth(a: ExecutionView, b: ExecutionView): string[] {
  const there = new Set(b.columns?.map(({ name }) => name));
  return [...new Set(a.columns?.map(({ name }) => name))].filter((name) => there.has(name));
}

function Side({ name, view, rows }: { name: string; view: ExecutionView; rows?: DiffView["a"] | undefined }) {
  return (
    <div className={classes.side}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Link href={`/executions/${view.id}`}>{titleOf(view.sql)}</Link>
      <small>
        {view.user.name}, {view.warehouse.name}, <RelativeTime at={view.submittedAt} />,{" "}
        <ExactTime at={view.submittedAt} />
        {rows ? `, ${count(rows.rows, "row")}` : ""}
        {rows?.truncated ? ", truncated: what was cut off counts as missing" : ""}
      </small>
    </div>
  );
}

interface ControlsProps {
  columns: string[];
  view: DiffView | undefined;
  error: string | undefined;
  params: URLSearchParams;
}

function useChoose() {
  const router = useRouter();
  const here = usePathname();
  return (params: URLSearchParams, change: Record<string, string | string[] | null>) => {
    const next = new URLSearchParams(params);
    next.delete("page");
    for (const [name, value] of Object.entries(change)) {
      next.delete(name);
      for (const one of [value ?? []].flat()) next.append(name, one);
    }
    router.replace(`${here}?${next}`, { scroll: false });
  };
}

function Controls({ columns, view, error, params }: ControlsProps) {
  const choose = useChoose();
  const only = params.get("only");
  const asked = params.getAll("key");
  const kinds: { value: DiffKind | null; label: string }[] = view
    ? [
        { value: null, label: `All ${(view.added + view.removed + view.changed).toLocaleString("en-US")}` },
        { value: "added", label: `${view.added.toLocaleString("en-US")} added` },
        { value: "removed", label: `${view.removed.toLocaleString("en-US")} removed` },
        { value: "changed", label: `${view.changed.toLocaleString("en-US")} changed` },
      ]
    : [];
  const changedIn = view?.columns.filter(({ changed }) => changed > 0) ?? [];
  return (
    <div className={classes.controls}>
      <MultiSelect
        label="Rows are the same when these are equal"
        data={columns}
        value={asked.length > 0 ? asked : (view?.key ?? [])}
        onChange={(key) => choose(params, { key })}
        error={error}
        searchable
        w={320}
      />
      <Select
        label="Changed in"
        placeholder="Any column"
        data={changedIn.map(({ name, changed }) => ({
          value: name,
          label: `${name} (${changed.toLocaleString("en-US")})`,
        }))}
        value={params.get("column")}
        onChange={(column) => choose(params, { column })}
        clearable
        disabled={changedIn.length === 0}
        w={220}
      />
      <div>
        <Text size="sm" fw={500} mb={2}>
          Show
        </Text>
        <Group gap={4}>
          {kinds.map(({ value, label }) => (
            <Button
              key={label}
              size="sm"
              variant={only === value ? "filled" : "default"}
              aria-pressed={only === value}
              onClick={() => choose(params, { only: value })}
            >
              {label}
            </Button>
          ))}
        </Group>
      </div>
    </div>
  );
}

function Differences({ view, stale, params }: { view: DiffView; stale: boolean; params: URLSearchParams }) {
  const here = usePathname();
  const page = pageOf(params);
  const at = (to: number) => {
    const next = new URLSearchParams(params);
    next.set("page", String(to + 1));
    return `${here}?${next}`;
  };
  if (view.added + view.removed + view.changed === 0)
    return (
      <Empty title={`No difference: ${count(view.same, "row")} in both.`}>
        Column by column, every value is equal.
      </Empty>
    );
  if (view.matching === 0) return <Empty title="No row differs in this way.">Choose All, or another column.</Empty>;
  const last = Math.min(view.matching, (page + 1) * pageRows);
  return (
    <>
      <DifferenceTable view={view} stale={stale} />
      <Group gap="xs" mt={8}>
        <Text size="xs" c="dimmed" role="status">
          {count(view.same, "row")} the same. Showing {(page * pageRows + 1).toLocaleString("en-US")} to{" "}
          {last.toLocaleString("en-US")} of {view.matching.toLocaleString("en-US")}.
        </Text>
        {page > 0 ? <Link href={at(page - 1)}>Previous</Link> : null}
        {last < view.matching ? <Link href={at(page + 1)}>Next</Link> : null}
      </Group>
    </>
  );
}
