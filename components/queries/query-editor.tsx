"use client";

import { Button, Group, Select, Skeleton, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useMemo, useRef, useState } from "react";
import { formatSql } from "@/components/editor/format-sql";
import type { SqlTools } from "@/components/editor/query-page";
import type { EditorHandle } from "@/components/editor/sql-editor";
import { useCatalog } from "@/components/editor/use-catalog";
import { ResultView } from "@/components/executions/result-view";
import { type Conflict, ConflictNotice } from "@/components/queries/conflict";
import { ParameterEditor } from "@/components/queries/parameter-editor";
import { ParameterForm } from "@/components/queries/parameter-form";
import { withInferred } from "@/components/queries/parameter-types";
import classes from "@/components/queries/query-editor.module.css";
import { useQueryText } from "@/components/queries/use-query-text";
import { useTry } from "@/components/queries/use-try";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { asProblem, type Problem } from "@/components/ui/problem";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { RelativeTime } from "@/components/ui/time";
import { inferParameters } from "@/lib/queries/parameters";
import type { QueryText, QueryView } from "@/lib/queries/schema";

const SqlEditor = dynamic(() => import("@/components/editor/sql-editor"), {
  ssr: false,
  loading: () => <Skeleton height="100%" />,
});

interface Props {
  query: QueryView;
  /** Teams that may own it. */
  teams: { id: string; name: string }[];
  zone: string;
  tools: SqlTools;
}

/** Changes a saved query: its SQL and parameters, tried out here, and the words around them. */
export function QueryEditor({ query, teams, zone, tools }: Props) {
  const router = useRouter();
  const { version, text, found, change, begin } = useQueryText(query);
  const [team, setTeam] = useState(query.owner.team?.id ?? null);
  const [problem, setProblem] = useState<Problem>();
  const [conflict, setConflict] = useState<Conflict>();
  const [busy, setBusy] = useState(false);
  /** What was typed, while another's text stands in its place. */
  const [aside, setAside] = useState<QueryText>();
  const [revision, setRevision] = useState(0);
  const editor = useRef<EditorHandle | null>(null);
  const { engine } = query.warehouse;
  const { catalog } = useCatalog(query.warehouse.id);
  const completer = useMemo(() => tools.completer(catalog?.tables ?? [], engine), [tools, catalog, engine]);
  const trial = useTry(query.warehouse, text, zone);
  const used = useMemo(() => new Set(inferParameters(text.sql, engine).map(({ name }) => name)), [text.sql, engine]);

  const setSql = (sql: string) =>
    change({ sql, parameters: withInferred(text.parameters, inferParameters(sql, engine)) });
  const format = () =>
    formatSql(editor.current?.text() ?? text.sql, engine).then(
      (laid) => editor.current?.replaceAll(laid),
      // It cannot be read as it stands; running it says why.
      () => undefined,
    );
  const save = async (onTopOf: number) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const owner = team === (query.owner.team?.id ?? null) ? {} : { team };
      await api<QueryView>("PATCH", `/queries/${query.id}`, { ...text, ...owner, version: onTopOf });
      begin(onTopOf, text, false);
      router.push(`/queries/${query.id}`);
      router.refresh();
    } catch (error) {
      const refused = asProblem(error);
      const { base, current } = refused.details as unknown as Conflict;
      if (refused.status === 409 && base && current) setConflict({ message: refused.message, base, current });
      else setProblem(refused);
      setBusy(false);
    }
  };
  const errors = problem?.byField ?? {};
  const atParameters = Object.fromEntries(
    Object.entries(errors).flatMap(([field, message]) =>
      field.startsWith("parameters.") ? [[field.slice("parameters.".length), message]] : [],
    ),
  );
  const inPlace = /^(title|description|sql|parameters\.|tags|team)/;
  return (
    <div className={classes.page}>
      <PageHead
        title={`Edit ${query.title}`}
        note={
          <>
            {query.warehouse.name} · version {version} of <RelativeTime at={query.updatedAt} />
          </>
        }
      >
        <LinkButton href={`/queries/${query.id}`} variant="default">
          Back
        </LinkButton>
        <BusyButton
          variant="default"
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          loading={trial.busy}
          onClick={() => void trial.run()}
        >
          Try it
        </BusyButton>
        <BusyButton loading={busy} onClick={() => void save(version)}>
          Save
        </BusyButton>
      </PageHead>
      {found ? (
        <Group gap="xs" mb="sm">
          <Text size="sm">What you had not saved is here again.</Text>
          <Button
            variant="subtle"
            onClick={() => {
              begin(query.version, query, false);
              setRevision(revision + 1);
            }}
          >
            Discard it
          </Button>
        </Group>
      ) : null}
      {conflict ? (
        <ConflictNotice
          conflict={conflict}
          mine={text}
          onSaveMine={() => {
            begin(conflict.current.version, text, true);
            setConflict(undefined);
            void save(conflict.current.version);
          }}
          onTakeTheirs={() => {
            const { version: theirs, author: _, ...their } = conflict.current;
            setAside(text);
            begin(theirs, their, true);
            setConflict(undefined);
            setRevision(revision + 1);
          }}
        />
      ) : null}
      {aside ? (
        <Group gap="xs" mb="sm">
          <Text size="sm">Their text stands in the form. Yours is kept here until you leave the page.</Text>
          <Button
            variant="subtle"
            onClick={() => {
              begin(version, aside, true);
              setAside(undefined);
              setRevision(revision + 1);
            }}
          >
            Bring mine back
          </Button>
        </Group>
      ) : null}
      {problem && !problem.fields.some(({ field }) => inPlace.test(field)) ? (
        <ProblemAlert title="It was not saved">{problem.message}</ProblemAlert>
      ) : null}
      <TextInput
        label="Title"
        required
        maxLength={200}
        value={text.title}
        error={errors.title}
        onChange={(event) => change({ title: event.currentTarget.value })}
      />
      <section aria-label="SQL of this query" className={classes.editor}>
        <SqlEditor
          tab={`query-${query.id}`}
          value={text.sql}
          revision={revision}
          complaints={trial.complaints}
          completer={completer}
          onChange={(sql) => sql !== text.sql && setSql(sql)}
          onRun={() => void trial.run()}
          onRunAll={() => void trial.run()}
          onStop={trial.stop}
          onFormat={() => void format()}
          onReady={(handle) => {
            editor.current = handle;
          }}
        />
      </section>
      {errors.sql ? (
        <Text size="sm" c="var(--sl-failed)" role="alert">
          {errors.sql}
        </Text>
      ) : null}
      <h2>Parameters</h2>
      <ParameterEditor
        parameters={text.parameters}
        used={used}
        errors={atParameters}
        onChange={(parameters) => change({ parameters })}
      />
      <h2>Tried with</h2>
      <ParameterForm
        parameters={text.parameters}
        given={trial.given}
        problems={trial.problems}
        zone={zone}
        onChange={trial.set}
      />
      {trial.problem ? <ProblemAlert title="It was not run">{trial.problem.message}</ProblemAlert> : null}
      {trial.executionId ? (
        <div className={classes.result}>
          <ResultView executionId={trial.executionId} inUrl={false} onState={trial.note} />
        </div>
      ) : (
        <Text size="sm" c="dimmed">
          Try it, or press Ctrl Enter in the SQL: its rows stand here before anything is saved.
        </Text>
      )}
      <h2>About it</h2>
      <Textarea
        size="sm"
        label="Description"
        description="Markdown: what it counts, and what it leaves out"
        autosize
        minRows={3}
        maxRows={16}
        value={text.description}
        error={errors.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
      />
      <div className={classes.pair}>
        <TagsInput size="sm" label="Tags" value={text.tags} error={errors.tags} onChange={(tags) => change({ tags })} />
        <Select
          size="sm"
          label="Team"
          description="Its members may edit the query, too"
          placeholder={`${query.owner.user.name} alone`}
          clearable
          data={teams.map(({ id, name }) => ({ value: id, label: name }))}
          value={team}
          error={errors.team}
          onChange={setTeam}
        />
      </div>
    </div>
  );
}
