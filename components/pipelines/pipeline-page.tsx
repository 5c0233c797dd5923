"use client";

import { Button, Tabs } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo, useRef, useState } from "react";
import { BuildTab } from "@/components/pipelines/build-tab";
import { readDraft } from "@/components/pipelines/draft-document";
import { OwnSchedules } from "@/components/pipelines/own-schedules";
import classes from "@/components/pipelines/pipelines.module.css";
import { ProblemList } from "@/components/pipelines/problem-list";
import { RunDialog } from "@/components/pipelines/run-dialog";
import { ScheduleTab } from "@/components/pipelines/schedule-tab";
import { triedProblems } from "@/components/pipelines/tried-problems";
import { TryButton } from "@/components/pipelines/try-button";
import { TryPanel } from "@/components/pipelines/try-panel";
import { useLint } from "@/components/pipelines/use-lint";
import { usePipelineText } from "@/components/pipelines/use-pipeline-text";
import { useTry } from "@/components/pipelines/use-try";
import { VersionsTab } from "@/components/pipelines/versions-tab";
import { YamlTab } from "@/components/pipelines/yaml-tab";
import { RunList } from "@/components/runs/run-list";
import { stageNote, toneOf } from "@/components/runs/run-words";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { Empty } from "@/components/ui/empty";
import { PageHead } from "@/components/ui/page-head";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { RelativeTime } from "@/components/ui/time";
import type { Offered } from "@/lib/operators/schema";
import type { PipelineDraft, PipelineTemplate, PipelineView, Problem } from "@/lib/pipelines/schema";
import type { RunItem, RunView } from "@/lib/runs/schema";

// Comparing documents takes the whole schema of one, which is loaded when somebody publishes.
const PublishDialog = dynamic(() =>
  import("@/components/pipelines/publish-dialog").then((found) => found.PublishDialog),
);

/** SQL that a document was filled in from, and what was decided in doing so. */
export interface Begun {
  /** “the query” */
  what: string;
  title: string;
  href: string;
  /** The name of its draft. */
  keptAs: string;
  notes: string[];
}

interface Props {
  /** What is live; null of one that is not published yet. */
  live: PipelineView | null;
  draft: PipelineDraft | null;
  /** Where there is neither. */
  begin: string;
  /** What `begin` was filled in from. */
  from?: Begun;
  manifests: Offered[];
  templates: PipelineTemplate[];
  teams: string[];
  zone: string;
  runs: RunItem[];
  /** Whether this person may write pipelines at all. */
  mayWrite: boolean;
  userId: string;
}

const tabs = ["form", "yaml", "versions", "runs", "schedule"] as const;
const place = { tab: parseAsStringLiteral(tabs).withDefault("form"), stage: parseAsString, tried: parseAsString };
const labels = { form: "Form", yaml: "YAML", versions: "Versions", runs: "Runs", schedule: "Schedule" };
/** Under which a pipeline that has no name yet is kept. */
const unnamed = "new";

/** A pipeline: built from forms or written as YAML, kept as one types, published, run. */
export function PipelinePage(props: Props) {
  const { live, draft: kept, begin, from, manifests, templates, teams, zone, runs, mayWrite, userId } = props;
  const router = useRouter();
  const [{ tab, stage, tried: triedId }, setPlace] = useQueryStates(place, { history: "push" });
  const readOnly = live ? !live.may.edit || live.source !== null : !mayWrite;
  const name = live?.name ?? from?.keptAs ?? unnamed;
  const draftPath = `/pipelines/${encodeURIComponent(name)}/draft`;
  const pipeline = usePipelineText({
    key: `sluice.pipeline.${userId}.${name}`,
    first: kept?.text ?? live?.text ?? begin,
    save: (text, last) =>
      api("PUT", draftPath, { text, baseVersion: live?.version ?? null }, { keepalive: last && text.length < 60_000 }),
  });
  const { text, draft, keeping } = pipeline;
  const linted = useLint(text);
  const problems = pipeline.problems.length > 0 ? pipeline.problems : (linted.problems ?? []);
  const [dialog, setDialog] = useState<"publish" | "run" | null>(null);
  const changed = text !== (live?.text ?? begin);
  const wrong = problems.filter(({ severity }) => severity === "error").length;
  const title = draft?.title || draft?.name || live?.title || live?.name || "New pipeline";

  const tryButton = useRef<HTMLButtonElement>(null);
  const tried = useTry(text, triedId, (id) => void setPlace({ tried: id, tab: "form" }));
  const triedDraft = useMemo(() => (tried.text === null ? null : readDraft(tried.text).draft), [tried.text]);
  const shown = draft?.stages.find(({ id }) => id === stage);

  const open = (problem: Problem) => {
    const at = /^\/stages\/(\d+)/.exec(problem.field)?.[1];
    const found = draft?.stages.find((one) => String(one.at) === at);
    const there = problem.field.startsWith("/triggers") ? "schedule" : draft ? "form" : "yaml";
    void setPlace({ tab: there, stage: found?.id ?? null });
  };
  const published = (view: PipelineView) => {
    setDialog(null);
    pipeline.settle(view.text);
    if (live) router.refresh();
    else {
      void api("DELETE", draftPath).catch(() => undefined);
      router.push(`/pipelines/${view.name}`);
    }
  };
  const drop = async () => {
    await api("DELETE", draftPath);
    pipeline.settle(live?.text ?? begin);
  };
  const archive = async () => {
    await api("DELETE", `/pipelines/${encodeURIComponent(name)}`);
    router.push("/pipelines");
    // The list may have been looked at before.
    router.refresh();
  };
  return (
    <div className={classes.page}>
      <PageHead
        title={title}
        note={
          live ? (
            <>
              {live.owner.team?.name ?? live.owner.user.name} · version {live.version}, published by{" "}
              {live.publishedBy.name} <RelativeTime at={live.publishedAt} />
              {live.nextAt ? (
                <>
                  {" "}
                  · runs next <RelativeTime at={live.nextAt} />
                </>
              ) : live.paused ? (
                " · its schedule is paused"
              ) : null}
              {live.archivedAt ? " · archived: nothing starts it" : ""}
            </>
          ) : (
            "Not published yet: nothing runs."
          )
        }
      >
        {readOnly ? null : (
          <span className={classes.keeping} role="status">
            {!changed
              ? live
                ? "Nothing to publish"
                : ""
              : { kept: "Draft kept", keeping: "Keeping…", offline: "Kept in this browser only" }[keeping]}
          </span>
        )}
        {changed && !readOnly ? (
          <Confirm label="Discard" verb={live ? "Discard the draft" : "Begin anew"} onConfirm={drop}>
            {live
              ? `What you changed since version ${live.version} is gone then.`
              : "What you have built so far is gone then."}
          </Confirm>
        ) : null}
        {live && !readOnly && live.archivedAt === null ? (
          <Confirm label="Archive" verb={`Archive “${live.title ?? live.name}”`} onConfirm={archive}>
            It leaves the list of pipelines, and nothing starts it any more: its schedule ends, and what runs now runs
            to its end. Its runs, their logs and its versions stay. Publishing it again brings it back.
          </Confirm>
        ) : null}
        {readOnly || !draft || draft.stages.length === 0 ? null : (
          <TryButton ref={tryButton} tried={tried} selected={shown ?? null} />
        )}
        {live?.may.run ? (
          <Button
            variant={changed && !readOnly ? "default" : "filled"}
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            onClick={() => setDialog("run")}
          >
            Run
          </Button>
        ) : null}
        {readOnly || !(changed || from) ? null : <Button onClick={() => setDialog("publish")}>Publish</Button>}
      </PageHead>
      {from ? (
        <div className={classes.from}>
          <p>
            Filled in from {from.what} <Link href={from.href}>{from.title}</Link>: its SQL, a table for its rows, and
            every night at 05:15. Change what you like, then publish it.
          </p>
          {from.notes.length > 0 ? (
            <ul>
              {from.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          ) : null}
        </div>
      ) : null}
      {live?.source ? (
        <p className={classes.late}>
          This pipeline lives in {live.source} and is changed there, or taken out, which archives it where it is applied
          with --prune: here it can be read, run and paused.
        </p>
      ) : null}
      {kept && live && kept.baseVersion !== null && kept.baseVersion < live.version && changed ? (
        <p className={classes.late}>
          Your draft was begun from version {kept.baseVersion}; version {live.version} is live now. Publishing shows
          what differs.
        </p>
      ) : null}
      {pipeline.refused ? (
        <ProblemAlert title="The form cannot change this text">{pipeline.refused}</ProblemAlert>
      ) : null}
      {pipeline.anew ? (
        <div className={classes.late} role="status">
          The YAML could not be changed line by line, so all of it was written anew: its comments are still there, but
          blanks, quotes and indents may differ from yours.{" "}
          <Button variant="subtle" size="compact-sm" onClick={pipeline.known}>
            Got it
          </Button>
        </div>
      ) : null}
      <Tabs value={tab} onChange={(next) => void setPlace({ tab: (next ?? "form") as typeof tab })} keepMounted={false}>
        <Tabs.List mb="sm" className={classes.tabs}>
          {tabs
            .filter((one) => live || (one !== "versions" && one !== "runs"))
            .map((one) => (
              <Tabs.Tab key={one} value={one}>
                {labels[one]}
              </Tabs.Tab>
            ))}
        </Tabs.List>
        {wrong > 0 && draft && draft.stages.length > 0 && tab !== "versions" && tab !== "runs" ? (
          <details className={classes.found}>
            <summary>
              {wrong === 1 ? "One thing" : `${wrong} things`} to fill in or mend before it can be published
            </summary>
            <ProblemList problems={problems} onOpen={open} />
          </details>
        ) : null}
        <Tabs.Panel value="form">
          {draft ? (
            <BuildTab
              {...{ draft, manifests, templates, teams, problems, readOnly }}
              failed={triedProblems(tried.run, triedDraft, draft)}
              onTemplate={pipeline.write}
              named={live !== null}
              selected={stage}
              onSelect={(id) => void setPlace({ stage: id })}
              edit={pipeline.edit}
              tones={tonesOf(tried.run)}
            >
              {triedId || tried.refused ? (
                <TryPanel
                  tried={tried}
                  selected={stage}
                  onSelect={(id) => void setPlace({ stage: id })}
                  onProblem={open}
                  onClose={() => {
                    tried.forget();
                    void setPlace({ tried: null });
                    tryButton.current?.focus();
                  }}
                />
              ) : null}
            </BuildTab>
          ) : (
            <NoForm problems={problems} onYaml={() => void setPlace({ tab: "yaml" })} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="yaml">
          <YamlTab text={text} problems={problems} readOnly={readOnly} onChange={pipeline.write} />
        </Tabs.Panel>
        <Tabs.Panel value="schedule">
          {draft ? (
            <ScheduleTab {...{ draft, zone, problems, readOnly }} edit={pipeline.edit} />
          ) : (
            <NoForm problems={problems} onYaml={() => void setPlace({ tab: "yaml" })} />
          )}
        </Tabs.Panel>
        {live ? (
          <>
            <Tabs.Panel value="versions">
              <VersionsTab
                key={live.version}
                name={live.name}
                live={live.version}
                readOnly={readOnly}
                onRestore={(version) => {
                  pipeline.write(version.text);
                  void setPlace({ tab: "form", stage: null });
                }}
              />
            </Tabs.Panel>
            <Tabs.Panel value="runs">
              <OwnSchedules key={live.version} name={live.name} />
              {runs.length > 0 ? (
                <>
                  <RunList items={runs} label={`Runs of ${title}`} named={false} />
                  <p>
                    <Link href={`/runs?pipeline=${live.name}`}>All its runs</Link>
                  </p>
                </>
              ) : (
                <Empty
                  title="It has not run yet"
                  action={live.may.run ? <Button onClick={() => setDialog("run")}>Run</Button> : null}
                />
              )}
            </Tabs.Panel>
          </>
        ) : null}
      </Tabs>
      {live ? (
        <RunDialog
          name={live.name}
          version={live.version}
          document={live.document}
          opened={dialog === "run"}
          onClose={() => setDialog(null)}
        />
      ) : null}
      {dialog === "publish" ? (
        <PublishDialog
          opened
          name={live?.name ?? draft?.name ?? ""}
          text={text}
          live={live}
          onClose={() => setDialog(null)}
          onPublished={published}
          onProblem={open}
        />
      ) : null}
    </div>
  );
}

/** How the stages of a try went, for their boxes. */
function tonesOf(run: RunView | undefined) {
  return Object.fromEntries(
    (run?.stages ?? []).map((stage) => {
      const tone = toneOf(stage.state);
      return [stage.id, { note: stageNote(stage, Date.now()), ...(tone && { tone }) }];
    }),
  );
}

function NoForm({ problems, onYaml }: { problems: Problem[]; onYaml: () => void }) {
  const [first] = problems;
  return (
    <ProblemAlert title="The form cannot read the text as it stands">
      {first ? `Line ${first.line ?? 1}: ${first.message} ${first.fix} ` : ""}
      <Button variant="default" mt="xs" onClick={onYaml}>
        Open the YAML
      </Button>
    </ProblemAlert>
  );
}
