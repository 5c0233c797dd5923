import { Button } from "@mantine/core";
import classes from "@/components/executions/execution.module.css";
import { failureWords } from "@/components/executions/failure-words";
import { count } from "@/components/ui/count";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { ExactTime } from "@/components/ui/time";
import type { ExecutionView } from "@/lib/executions/schema";

/**
 * Failed: what, why, where, and what to do next.
 * @param onFind beside an editor that holds the statement: goes to the place there, whose lines are not the statement's
 */
export function Failed({ view, onFind }: { view: ExecutionView; onFind?: () => void }) {
  const error = view.error;
  const words = failureWords(error?.code ?? "internal", view.warehouse.name, onFind !== undefined);
  return (
    <ProblemAlert title={words.what}>
      {error ? (
        <div style={{ color: "var(--mantine-color-text)", overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
          {error.message}
          {error.line && !onFind ? ` (line ${error.line}${error.column ? `, column ${error.column}` : ""})` : ""}
        </div>
      ) : null}
      {error?.hint ? <div>{error.hint}</div> : null}
      <div>{words.next}</div>
      {error ? (
        <div className={classes.quiet}>
          Code <code>{error.code}</code>
        </div>
      ) : null}
      {error?.line && onFind ? (
        <Button variant="default" mt={8} onClick={onFind}>
          Go to the place
        </Button>
      ) : null}
    </ProblemAlert>
  );
}

export function Cancelled({ view }: { view: ExecutionView }) {
  return (
    <div className={classes.note} role="status">
      <div style={{ fontWeight: 500 }}>{view.startedAt ? "Cancelled before it finished" : "Not run"}</div>
      <div className={classes.quiet}>
        {view.stopReason ? `${view.stopReason} ` : ""}
        {view.finishedAt ? (
          <>
            It ended at <ExactTime at={view.finishedAt} />.{" "}
          </>
        ) : null}
        No rows were kept.
      </div>
    </div>
  );
}

/** The rows are gone, the record is not. */
export function Expired({ view }: { view: ExecutionView }) {
  const columns = view.columns ?? [];
  return (
    <div className={classes.note}>
      <div style={{ fontWeight: 500 }}>
        The rows of this execution were {view.expired?.erased ? "erased" : "removed"}
      </div>
      <div className={classes.quiet}>
        {view.expired ? (
          <>
            {view.expired.erased ? "Erased on" : "On"} <ExactTime at={view.expired.at} />
            {view.expired.by ? ` by ${view.expired.by}` : ""}.{" "}
          </>
        ) : null}
        Its SQL, parameters, times and counts stay: {count(view.rowCount ?? 0, "row")},{" "}
        {count(columns.length, "column")}. Run it again to see today's rows at a new link.
      </div>
      {columns.length > 0 ? (
        <div className={classes.quiet} style={{ marginTop: 8, overflowWrap: "anywhere" }}>
          Columns: {columns.map(({ name, type, engineType }) => `${name} ${engineType ?? type}`).join(", ")}
        </div>
      ) : null}
    </div>
  );
}

/** A statement that succeeded and has no columns, as `select from t`. */
export function Done({ view }: { view: ExecutionView }) {
  return (
    <div className={classes.note} role="status">
      <div style={{ fontWeight: 500 }}>Done, with nothing to show</div>
      <div className={classes.quiet}>
        The statement succeeded and returned {count(view.rowCount ?? 0, "row")} without columns.
      </div>
    </div>
  );
}
