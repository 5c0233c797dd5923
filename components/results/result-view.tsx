"use client";

import { Alert, Anchor, Box, Skeleton, Text } from "@mantine/core";
import { IconCut } from "@tabler/icons-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { type ExecutionView, isFinished } from "./execution-view";
import { Grid } from "./grid";
import { useGridView, viewQuery } from "./grid-view";
import { OutcomePanel } from "./outcome-panel";
import { ResultToolbar } from "./result-toolbar";
import { useColumnChoices } from "./use-column-choices";
import { useExecution } from "./use-execution";
import { writeText } from "./use-grid-keys";
import { useElapsed, useRowSource } from "./use-row-source";
import { WaitingPanel } from "./waiting-panel";

interface Props {
  executionId: string;
  /** What the server knew when it drew the page; saves the first request. */
  initial?: ExecutionView;
  /** Sort, filter and search live in the URL; off for a result that is pinned beside another. */
  inUrl?: boolean;
  onState?: (view: ExecutionView) => void;
}

/** An execution from its first moment to its rows. Fills the height that its parent gives it. */
export function ResultView(props: Props) {
  return <Result key={props.executionId} {...props} />;
}

function Result({ executionId, initial, inUrl = true, onState }: Props) {
  const { view, problem } = useExecution(executionId, initial);
  const tell = useRef(onState);
  tell.current = onState;
  useEffect(() => {
    if (view) tell.current?.(view);
  }, [view]);

  if (!view && problem) {
    return (
      <Alert color="red" title="Not shown" role="alert">
        {problem.message} {problem.signedOut && <SignInAgain />}
      </Alert>
    );
  }
  if (!view) return <Skeleton height={200} radius={6} />;
  const rowsToShow =
    Boolean(view.columns?.length) && !view.expired && (view.state === "succeeded" || Boolean(view.rowCount));
  if (isFinished(view) && view.state !== "succeeded") return <OutcomePanel view={view} />;
  if (view.expired) return <OutcomePanel view={view} />;
  return (
    <Box style={{ display: "flex", flexDirection: "column", height: "100%", minHeight: 0 }}>
      {!isFinished(view) && <WaitingPanel view={view} compact={rowsToShow} />}
      {rowsToShow && <Rows view={view} inUrl={inUrl} />}
      {view.state === "succeeded" && !view.columns?.length && (
        <Text c="dimmed" p={16}>
          Done. This statement returns no columns.
        </Text>
      )}
    </Box>
  );
}

function SignInAgain() {
  return (
    <Anchor href={`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`}>Sign in again</Anchor>
  );
}

function Rows({ view, inUrl }: { view: ExecutionView; inUrl: boolean }) {
  const columns = view.columns ?? [];
  const complete = view.state === "succeeded";
  const [grid, setGrid] = useGridView(inUrl);
  const [choices, setChoices] = useColumnChoices(columns);
  // Sorting and filtering need all rows; the head of a running statement is shown as it comes.
  const { source, shown, stale } = useRowSource(view.id, complete ? viewQuery(grid) : "", complete ? "all" : "head");
  const elapsed = useElapsed(stale);
  const [said, setSaid] = useState("");
  const say = useCallback((message: string) => setSaid(message), []);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), 3_000);
    return () => clearTimeout(timer);
  }, [said]);

  const copyLink = () => {
    const url = new URL(inUrl ? location.search : "", new URL(`/executions/${view.id}`, location.origin));
    for (const key of ["tab", "warehouse", "execution"]) url.searchParams.delete(key);
    writeText(url.href).then(
      () => say("Link copied"),
      (error: Error) => say(`Not copied: ${error.message}`),
    );
  };
  return (
    <>
      <ResultToolbar
        view={view}
        grid={grid}
        columns={columns}
        choices={choices}
        matching={stale ? null : source.total}
        onGrid={setGrid}
        onChoices={setChoices}
        onCopyLink={copyLink}
      />
      {view.truncated && (
        <Alert icon={<IconCut size={16} />} color="yellow" py={4} px={12} mb={6}>
          <Text size="xs">
            Only the first {(view.rowCount ?? 0).toLocaleString()} rows were kept: cut by {view.limitedBy ?? "a limit"}.
            There are more in the warehouse.
          </Text>
        </Alert>
      )}
      <Box style={{ flex: 1, minHeight: 160 }}>
        <Grid
          label={`Result of ${view.warehouse?.name ?? "the query"}`}
          columns={columns}
          source={shown}
          stale={stale}
          view={grid}
          choices={choices}
          onView={setGrid}
          onChoices={setChoices}
          onSay={say}
        />
      </Box>
      <Text size="xs" c="dimmed" role="status" aria-live="polite" mih={18}>
        {said ||
          (stale && elapsed !== null && elapsed > 300
            ? `Reading the whole result, ${(elapsed / 1_000).toFixed(1)} s`
            : "")}
      </Text>
    </>
  );
}
