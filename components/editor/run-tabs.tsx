import { ActionIcon, Anchor, Group, UnstyledButton } from "@mantine/core";
import { IconPin, IconPinnedOff } from "@tabler/icons-react";
import { ResultView } from "@/components/executions/result-view";
import { IconButton } from "@/components/ui/icon-button";
import { StateBadge } from "@/components/ui/state";
import type { ExecutionView } from "@/lib/executions/schema";
import classes from "./editor.module.css";
import type { Run } from "./use-runs";

interface Props {
  runs: Run[];
  active: string | null;
  pinned: string | null;
  onSelect: (executionId: string) => void;
  onPin: (executionId: string | null) => void;
  onState: (view: ExecutionView) => void;
  /** Goes to the place in the editor of which this run's statement complains. */
  onFind: (run: Run) => void;
}

/** Results of the last run: a tab a statement, and one result pinned beside to compare with. */
export function RunTabs({ runs, active, pinned, onSelect, onPin, onState, onFind }: Props) {
  const shown = runs.find((run) => run.executionId === active) ?? runs[0];
  return (
    <div className={classes.results}>
      {pinned && (
        <section className={classes.result} aria-label="Pinned result">
          <Group gap={6} h={30}>
            <Anchor size="xs" href={`/executions/${pinned}`}>
              Pinned result
            </Anchor>
            <ActionIcon size="sm" variant="subtle" color="gray" aria-label="Unpin" onClick={() => onPin(null)}>
              <IconPinnedOff size={14} />
            </ActionIcon>
          </Group>
          <div style={{ flex: 1, minHeight: 0 }}>
            <ResultView executionId={pinned} inUrl={false} />
          </div>
        </section>
      )}
      {shown && (
        <section className={classes.result} aria-label="Result">
          <Group gap={2} h={30} wrap="nowrap" style={{ overflowX: "auto" }}>
            <div role="tablist" aria-label="Statements" style={{ display: "flex" }}>
              {runs.map((run, index) => (
                <UnstyledButton
                  key={run.executionId}
                  role="tab"
                  aria-selected={run === shown}
                  className={classes.tab}
                  data-active={run === shown || undefined}
                  title={run.statement?.text.slice(0, 300)}
                  onClick={() => onSelect(run.executionId)}
                >
                  {runs.length > 1 ? `${index + 1} ` : ""}
                  {run.view ? <StateBadge state={run.view.state} /> : "Sent"}
                </UnstyledButton>
              ))}
            </div>
            {shown.executionId !== pinned && (
              <IconButton
                size="sm"
                label="Pin result"
                hint="Keep this result beside the next one"
                onClick={() => onPin(shown.executionId)}
              >
                <IconPin size={14} />
              </IconButton>
            )}
          </Group>
          {runs.map((run) => (
            // Every statement is followed, so that its tab says how it stands; only one is seen.
            <div
              key={run.executionId}
              hidden={run !== shown}
              style={run === shown ? { flex: 1, minHeight: 0 } : undefined}
            >
              <ResultView
                executionId={run.executionId}
                inUrl={run === shown}
                onState={onState}
                onFind={run.statement ? () => onFind(run) : undefined}
              />
            </div>
          ))}
        </section>
      )}
    </div>
  );
}
