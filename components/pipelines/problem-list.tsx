import { IconAlertCircle, IconAlertTriangle } from "@tabler/icons-react";
import classes from "@/components/pipelines/pipelines.module.css";
import type { Problem } from "@/lib/pipelines/schema";

const most = 12;

/** What stands in the way of publishing, each a way to its place. */
export function ProblemList({ problems, onOpen }: { problems: Problem[]; onOpen: (problem: Problem) => void }) {
  return (
    <ul className={classes.problems} aria-label="What the check found">
      {problems.slice(0, most).map((problem) => (
        <li key={`${problem.field} ${problem.message}`}>
          <button type="button" onClick={() => onOpen(problem)}>
            {problem.severity === "error" ? (
              <IconAlertCircle size={14} color="var(--sl-failed)" role="img" aria-label="Wrong" />
            ) : (
              <IconAlertTriangle size={14} color="var(--sl-late)" role="img" aria-label="Odd" />
            )}{" "}
            {problem.stage ? <b>{problem.stage}: </b> : null}
            {problem.message} {problem.fix}
          </button>
        </li>
      ))}
      {problems.length > most ? <li className={classes.summary}>{problems.length - most} more.</li> : null}
    </ul>
  );
}
