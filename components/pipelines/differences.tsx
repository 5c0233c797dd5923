import { IconMinus, IconPencil, IconPlus } from "@tabler/icons-react";
import classes from "@/components/pipelines/pipelines.module.css";
import { TextDiff } from "@/components/queries/text-diff";
import { type Difference, diffDocuments } from "@/lib/pipelines/diff";
import { parseDocument } from "@/lib/pipelines/document";
import type { PipelineDocument } from "@/lib/pipelines/schema";

const marks = {
  added: <IconPlus size={14} role="img" aria-label="New" />,
  removed: <IconMinus size={14} role="img" aria-label="Gone" />,
  changed: <IconPencil size={14} role="img" aria-label="Changed" />,
};

interface Props {
  live: { document: PipelineDocument; text: string } | null;
  text: string;
}

/** What a text changes of what is live: in words first, then line by line for whoever wants to see it. */
export function Differences({ live, text }: Props) {
  const parsed = parseDocument(text, "yaml");
  if (!parsed.ok) return <TextDiff label="Pipeline" before={live?.text ?? ""} after={text} />;
  const { document } = parsed;
  // One that is not there yet is all new but for its name.
  const found = diffDocuments(live?.document ?? { name: document.name, stages: [] }, document);
  return (
    <>
      {found.length > 0 ? (
        <ul className={classes.differences} aria-label="What changes">
          {found.map((one) => (
            <li key={`${one.kind} ${one.field} ${one.words}`} data-kind={one.kind}>
              {marks[one.kind]}
              <div>
                {one.words}
                <Texts difference={one} />
              </div>
            </li>
          ))}
        </ul>
      ) : (
        <p className={classes.summary}>Nothing that a run does changes: only how the text is written.</p>
      )}
      <details className={classes.lines}>
        <summary>Line by line</summary>
        <TextDiff label="Pipeline" before={live?.text ?? ""} after={text} />
      </details>
    </>
  );
}

function Texts({ difference: { texts, field } }: { difference: Difference }) {
  if (!texts) return null;
  return (
    <details className={classes.lines}>
      <summary>Show it</summary>
      <TextDiff label={field.split("/").at(-1) ?? ""} before={texts.before} after={texts.after} />
    </details>
  );
}
