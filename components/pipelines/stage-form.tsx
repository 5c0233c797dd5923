"use client";

import { Button, MultiSelect, NumberInput, Skeleton, TextInput } from "@mantine/core";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { DraftDocument, DraftStage } from "@/components/pipelines/draft-document";
import { OperatorIcon } from "@/components/pipelines/operator-icon";
import classes from "@/components/pipelines/pipelines.module.css";
import { InputFields, OutputFields } from "@/components/pipelines/port-fields";
import { outputsOf, removeStage, renameStage } from "@/components/pipelines/stage-edits";
import { mostOffered } from "@/components/pipelines/stage-finder";
import { problemsAt, saidAt } from "@/components/pipelines/use-lint";
import { Confirm } from "@/components/ui/confirm";
import { NotIsolated } from "@/components/ui/not-isolated";
import type { Offered } from "@/lib/operators/schema";
import type { Change } from "@/lib/pipelines/rewrite";
import { type Problem, stageId } from "@/lib/pipelines/schema";

const OperatorForm = dynamic(() => import("@/components/forms/operator-form"), {
  ssr: false,
  loading: () => <Skeleton height={240} />,
});

interface Props {
  draft: DraftDocument;
  stage: DraftStage;
  manifest: Offered | undefined;
  problems: Problem[];
  readOnly: boolean;
  edit: (changes: Change[]) => void;
  onRenamed: (id: string) => void;
  onRemoved: () => void;
}

/** Everything about one stage: what it reads, what its operator wants to know, what it hands on, how it is tried. */
export function StageForm({ draft, stage, manifest, problems, readOnly, edit, onRenamed, onRemoved }: Props) {
  const set = (...path: (string | number)[]) => {
    return (value: unknown) => edit([{ path: ["stages", stage.at, ...path], value }]);
  };
  const said = (...path: (string | number)[]) => saidAt(problems, `/stages/${[stage.at, ...path].join("/")}`);
  const offered = draft.stages
    .filter(({ at }) => at !== stage.at)
    .flatMap((other) => outputsOf(other).map((value) => ({ value, label: labelOf(other, value) })));
  return (
    <section className={classes.stage} aria-label={`Stage ${stage.title || stage.id}`}>
      <div className={classes.stageHead}>
        <OperatorIcon icon={manifest?.icon} />
        <div>
          <h2>{stage.title || manifest?.title || stage.id}</h2>
          <span className={classes.summary}>
            {stage.id}, {stage.operator}
          </span>
          {manifest && manifest.isolation !== "isolated" ? (
            <div>
              <NotIsolated perhaps={manifest.isolation === "perhaps"} />
            </div>
          ) : null}
        </div>
      </div>
      {manifest ? <p className={classes.summary}>{manifest.summary}</p> : null}
      {said("operator") ? <p className={classes.wrong}>{said("operator")}</p> : null}
      {manifest ? (
        <>
          <InputFields {...{ stage, manifest, offered, problems, readOnly, edit }} />
          <OperatorForm
            key={`${stage.operator}.${stage.at}`}
            id={`stage${stage.at}`}
            operator={stage.operator}
            parameters={manifest.parameters}
            values={stage.params}
            problems={problemsAt(problems, stage.at, "params")}
            readOnly={readOnly}
            onChange={(name, value) => set("params", name)(value)}
          />
          <OutputFields {...{ stage, manifest, problems, readOnly, edit }} />
        </>
      ) : null}
      <details className={classes.part} open={Boolean(said("resources") ?? said("retries") ?? said("id")) || undefined}>
        <summary>Name, retries and limits</summary>
        <div className={classes.fields}>
          <TextInput
            label="Title"
            readOnly={readOnly}
            value={stage.title}
            error={said("title")}
            onChange={(event) => set("title")(event.currentTarget.value || undefined)}
          />
          <StageName
            key={stage.id}
            {...{ draft, stage, readOnly }}
            error={said("id")}
            onRename={(id) => {
              edit(renameStage(draft, stage, id));
              onRenamed(id);
            }}
          />
          <MultiSelect
            label="Starts only after"
            description="Besides those that it reads from."
            searchable
            limit={mostOffered}
            data={draft.stages.filter(({ at }) => at !== stage.at).map(({ id }) => id)}
            value={stage.after}
            readOnly={readOnly}
            error={said("after")}
            onChange={(next) => set("after")(next.length > 0 ? next : undefined)}
          />
          <NumberInput
            label="Tries after a failure"
            description={
              manifest?.repeatSafe === false ? "This operator may do things twice when tried again." : undefined
            }
            min={0}
            max={10}
            placeholder="0"
            readOnly={readOnly}
            value={stage.retries ?? ""}
            error={said("retries")}
            onChange={(next) => set("retries")(typeof next === "number" ? next : undefined)}
          />
          <TextInput
            label="Memory"
            placeholder={manifest?.resources.memory}
            readOnly={readOnly}
            value={stage.resources.memory ?? ""}
            error={said("resources", "memory")}
            onChange={(event) => set("resources", "memory")(event.currentTarget.value || undefined)}
          />
          <NumberInput
            label="Processors"
            placeholder={manifest ? String(manifest.resources.cpu) : undefined}
            min={0.05}
            step={0.5}
            readOnly={readOnly}
            value={stage.resources.cpu ?? ""}
            error={said("resources", "cpu")}
            onChange={(next) => set("resources", "cpu")(typeof next === "number" ? next : undefined)}
          />
          <TextInput
            label="Ends at the latest after"
            placeholder={manifest?.resources.timeout}
            readOnly={readOnly}
            value={stage.resources.timeout ?? ""}
            error={said("resources", "timeout")}
            onChange={(event) => set("resources", "timeout")(event.currentTarget.value || undefined)}
          />
        </div>
      </details>
      {readOnly ? null : (
        <div className={classes.part}>
          <Confirm
            label="Remove this stage"
            verb={`Remove the stage ${stage.title || stage.id}`}
            onConfirm={async () => {
              edit(removeStage(draft, stage));
              onRemoved();
            }}
          >
            What read from it then reads nothing. The published version stays as it is until you publish.
          </Confirm>
        </div>
      )}
    </section>
  );
}

const labelOf = ({ id, title }: DraftStage, ref: string) => {
  const output = ref.slice(id.length + 1);
  return title ? `${title}: ${output}` : `${id}: ${output}`;
};

/** The id that others read from; changed as a whole, so that no reader loses it on the way. */
function StageName(
  props: Pick<Props, "draft" | "stage" | "readOnly"> & { error?: string; onRename: (id: string) => void },
) {
  const { draft, stage, readOnly, error, onRename } = props;
  const [id, setId] = useState(stage.id);
  const taken = draft.stages.some((other) => other.at !== stage.at && other.id === id);
  const wrong = taken ? `There is a stage ${id} already.` : stageId.safeParse(id).error?.issues[0]?.message;
  return (
    <div className={classes.output}>
      <TextInput
        label="Name in YAML and logs"
        readOnly={readOnly}
        value={id}
        error={id === stage.id ? error : wrong}
        onChange={(event) => setId(event.currentTarget.value)}
      />
      {id !== stage.id ? (
        <Button variant="default" disabled={Boolean(wrong)} onClick={() => onRename(id)}>
          Rename
        </Button>
      ) : null}
    </div>
  );
}
