"use client";

import { Button, Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconPlus, IconSettings } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";
import { Catalogue } from "@/components/pipelines/catalogue";
import type { DraftDocument } from "@/components/pipelines/draft-document";
import type { Box, Line } from "@/components/pipelines/graph";
import classes from "@/components/pipelines/pipelines.module.css";
import { SettingsForm } from "@/components/pipelines/settings-form";
import { addStage } from "@/components/pipelines/stage-edits";
import { StageFinder } from "@/components/pipelines/stage-finder";
import { StageForm } from "@/components/pipelines/stage-form";
import { Empty } from "@/components/ui/empty";
import type { Manifest, Offered } from "@/lib/operators/schema";
import { pick } from "@/lib/operators/versions";
import type { Change } from "@/lib/pipelines/rewrite";
import type { PipelineTemplate, Problem } from "@/lib/pipelines/schema";

const Graph = dynamic(() => import("@/components/pipelines/graph"), {
  ssr: false,
  loading: () => <Skeleton height="100%" />,
});

interface Props {
  draft: DraftDocument;
  manifests: Offered[];
  teams: string[];
  /** Published already: its name stays. */
  named: boolean;
  problems: Problem[];
  /** What its last try found wrong: said at its field, and in the way of nothing. */
  failed: Problem[];
  readOnly: boolean;
  /** The stage whose form is open. */
  selected: string | null;
  onSelect: (id: string | null) => void;
  edit: (changes: Change[]) => void;
  /** Whole pipelines to begin with, of one that has no stage yet. */
  templates: PipelineTemplate[];
  onTemplate: (text: string) => void;
  /** How each stage went when the draft was last tried. */
  tones: Record<string, Pick<Box, "note" | "tone">>;
  /** Under the picture: how it went. */
  children?: ReactNode;
}

/** The catalogue, the graph that draws itself, and the form of what is selected. */
export function BuildTab(props: Props) {
  const { draft, manifests, teams, named, problems, failed, readOnly, selected, onSelect, edit } = props;
  const phone = useMediaQuery("(max-width: 767px)") ?? false;
  const empty = draft.stages.length === 0;
  const [adding, setAdding] = useState(false);
  const stage = draft.stages.find(({ id }) => id === selected);
  const add = (manifest: Manifest) => {
    const { id, change } = addStage(draft, manifest, selected);
    edit([change]);
    setAdding(false);
    onSelect(id);
  };
  const catalogue = !readOnly && (adding || empty);
  return (
    <div className={classes.build} data-catalogue={catalogue}>
      {catalogue ? (
        <Catalogue manifests={manifests} onAdd={add} onClose={empty ? undefined : () => setAdding(false)} />
      ) : null}
      <div className={classes.middle}>
        <div className={classes.tools}>
          {readOnly || empty ? null : (
            <Button
              variant={adding ? "light" : "default"}
              leftSection={<IconPlus size={14} aria-hidden />}
              aria-expanded={adding}
              onClick={() => setAdding(!adding)}
            >
              Add a stage
            </Button>
          )}
          <Button
            variant={stage ? "default" : "light"}
            leftSection={<IconSettings size={14} aria-hidden />}
            aria-pressed={!stage}
            onClick={() => onSelect(null)}
          >
            Pipeline
          </Button>
          <StageFinder stages={draft.stages} onSelect={onSelect} />
        </div>
        <div className={classes.graph} data-small={props.children ? true : undefined}>
          {empty ? (
            <>
              <Empty title="Begin with where the rows come from">
                Choose what the first stage does. Each further stage reads what one before it hands on, and the picture
                draws itself.
              </Empty>
              {readOnly || props.templates.length === 0 ? null : (
                <Templates templates={props.templates} onTemplate={props.onTemplate} />
              )}
            </>
          ) : (
            <Graph
              label="Stages and what they hand on"
              narrow={phone}
              selected={stage?.id ?? null}
              onSelect={onSelect}
              boxes={boxesOf(draft, manifests, problems).map((box) =>
                box.tone ? box : { ...box, ...props.tones[box.id] },
              )}
              lines={linesOf(draft)}
            />
          )}
        </div>
        {draft.unread > 0 ? (
          <p className={classes.wrong}>
            {draft.unread === 1 ? "One stage is" : `${draft.unread} stages are`} not drawn: see the YAML.
          </p>
        ) : null}
        {props.children}
      </div>
      <div className={classes.side}>
        {stage ? (
          <StageForm
            key={stage.at}
            {...{ draft, stage, readOnly, edit }}
            problems={[...problems, ...failed]}
            manifest={pick(stage.operator, manifests)}
            onRenamed={onSelect}
            onRemoved={() => onSelect(null)}
          />
        ) : (
          <SettingsForm {...{ draft, teams, named, problems, readOnly, edit }} />
        )}
      </div>
    </div>
  );
}

/** Whole but for what only the person knows; the check says what that is. */
function Templates({ templates, onTemplate }: Pick<Props, "templates" | "onTemplate">) {
  return (
    <section className={classes.templates} aria-label="Templates">
      <h3>Or begin with one of these</h3>
      <ul>
        {templates.map(({ id, title, summary, text }) => (
          <li key={id}>
            <button type="button" className={classes.operator} onClick={() => onTemplate(text)}>
              <span className={classes.operatorHead}>{title}</span>
              <span className={classes.summary}>{summary}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function boxesOf(draft: DraftDocument, manifests: Manifest[], problems: Problem[]): Box[] {
  return draft.stages.map(({ id, at, title, operator }) => {
    const manifest = pick(operator, manifests);
    const wrong = problems.filter(
      ({ field, severity }) => severity === "error" && `${field}/`.startsWith(`/stages/${at}/`),
    ).length;
    return {
      id,
      title: title || manifest?.title || id,
      icon: manifest?.icon,
      ...(wrong > 0
        ? {
            note: wrong === 1 ? "1 thing to fill in or mend" : `${wrong} things to fill in or mend`,
            tone: "late" as const,
          }
        : { note: title ? (manifest?.title ?? operator) : id }),
    };
  });
}

function linesOf(draft: DraftDocument): Line[] {
  const lines = new Map<string, Line>();
  for (const { id, inputs, after } of draft.stages) {
    for (const from of after) lines.set(`${from}>${id}`, { from, to: id, dashed: true });
    for (const { from } of Object.values(inputs)) {
      const [before = ""] = from.split(".");
      if (before) lines.set(`${before}>${id}`, { from: before, to: id, dashed: false });
    }
  }
  return [...lines.values()];
}
