"use client";

import { Text } from "@mantine/core";
import { IconCut } from "@tabler/icons-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { count } from "@/components/ui/count";
import type { ExecutionView } from "@/lib/executions/schema";
import { fitWidths, type ResultColumn } from "./column-layout";
import { Grid } from "./grid";
import classes from "./grid.module.css";
import { useGridView, viewQuery } from "./grid-view";
import { limitWords } from "./limit-words";
import { ResultToolbar } from "./result-toolbar";
import type { RowSource } from "./row-source";
import { useColumnChoices } from "./use-column-choices";
import { writeText } from "./use-grid-keys";
import { useElapsed, useRowSource } from "./use-row-source";

const NO_COLUMNS: ResultColumn[] = [];
const FIT_BY = 60;

/** Widths by the first rows that came; what is sorted or scrolled later moves no column. */
function useFitted(columns: ResultColumn[], source: RowSource): number[] {
  const fitted = useRef<number[] | null>(null);
  const guess = useMemo(() => fitWidths(columns, []), [columns]);
  if (fitted.current === null && source.total !== null) {
    const rows = Array.from({ length: Math.min(FIT_BY, source.total) }, (_, at) => source.row(at) ?? []);
    fitted.current = fitWidths(columns, rows);
  }
  return fitted.current ?? guess;
}

/** The rows of an execution that has some, and what one can do with them. */
export function Rows({ view, inUrl }: { view: ExecutionView; inUrl: boolean }) {
  const columns = view.columns ?? NO_COLUMNS;
  const complete = view.state === "succeeded";
  const [grid, setGrid] = useGridView(inUrl);
  const [choices, setChoices] = useColumnChoices(columns, inUrl);
  // Sorting and filtering need all rows; the head of a running statement is shown as it comes.
  const { source, shown, stale } = useRowSource(view.id, complete ? viewQuery(grid) : "", complete ? "all" : "head");
  const fitted = useFitted(columns, shown);
  const elapsed = useElapsed(stale);
  const [said, setSaid] = useState("");
  const say = useCallback((message: string) => setSaid(message), []);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), 3_000);
    return () => clearTimeout(timer);
  }, [said]);

  const copyLink = () => {
    const url = new URL(`/executions/${view.id}`, location.origin);
    const here = new URLSearchParams(inUrl ? location.search : "");
    for (const key of ["sort", "filter", "search", "cols", "order"]) {
      const value = here.get(key);
      if (value !== null) url.searchParams.set(key, value);
    }
    writeText(url.href).then(
      () => say("Link copied"),
      (error: Error) => say(`Not copied: ${error.message}`),
    );
  };
  return (
    <>
      <ResultToolbar
        {...{ view, grid, columns, choices }}
        matching={stale ? null : source.total}
        onGrid={setGrid}
        onChoices={setChoices}
        onCopyLink={copyLink}
      />
      {grid.search !== "" && shown.partlySearched > 0 && (
        <Text size="xs" c="dimmed" pb={6}>
          {count(shown.partlySearched, "cell")} over 1 MiB searched by the first 1,000 characters only.
        </Text>
      )}
      {view.truncated && (
        <p className={classes.cut}>
          <IconCut size={16} aria-hidden />
          Truncated: only the first {count(view.rowCount ?? 0, "row")} are kept, cut by {limitWords(view)}. The
          warehouse has more.
        </p>
      )}
      <div className={classes.place}>
        <Grid
          label={`Result of ${view.warehouse.name}`}
          columns={columns}
          fitted={fitted}
          source={shown}
          stale={stale}
          view={grid}
          choices={choices}
          onView={setGrid}
          onChoices={setChoices}
          onSay={say}
          cellHref={(large) => `/api/v1/executions/${view.id}/cells/${large.number}/${large.column}`}
        />
      </div>
      <Text size="xs" c="dimmed" role="status" aria-live="polite" mih={18}>
        {said ||
          (stale && elapsed !== null && elapsed > 300
            ? `Reading the whole result, ${(elapsed / 1_000).toFixed(1)} s`
            : "")}
      </Text>
    </>
  );
}
