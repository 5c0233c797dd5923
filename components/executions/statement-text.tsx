import classes from "@/components/executions/statement-text.module.css";

interface Props {
  sql: string;
  /** Where the engine stopped, counted from 1, in UTF-16 units as the API and editors count. */
  at?: { line: number; column: number | null };
}

/** SQL as it was sent, with the place of its error marked under the line. */
export function StatementText({ sql, at }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.text} aria-label="SQL" tabIndex={0}>
      {sql.split(/\r\n|\r|\n/).map((line, index) => {
        const bad = at?.line === index + 1;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the text of an execution never changes
          <div key={index}>
            <div className={bad ? `${classes.line} ${classes.bad}` : classes.line}>
              <span className={classes.number} aria-hidden>
                {index + 1}
              </span>
              {bad && at.column ? <Marked line={line} column={at.column} /> : <span>{line || " "}</span>}
            </div>
            {bad && at.column ? (
              <div className={classes.line} aria-hidden>
                <span className={classes.number} />
                {/* The same text unseen is exactly as wide, tabs and emoji too, so that the caret stands under its place. */}
                <span>
                  <span style={{ visibility: "hidden" }}>{line.slice(0, at.column - 1)}</span>
                  <span className={classes.caret}>▲</span>
                </span>
              </div>
            ) : null}
          </div>
        );
      })}
    </section>
  );
}

function Marked({ line, column }: { line: string; column: number }) {
  const start = Math.min(column - 1, line.length);
  const word = /^[\p{L}\p{N}_$"]+|^./u.exec(line.slice(start))?.[0] ?? "";
  return (
    <span>
      {line.slice(0, start)}
      <mark className={classes.mark} style={{ background: "none", color: "inherit" }}>
        {word}
      </mark>
      {line.slice(start + word.length)}
    </span>
  );
}
