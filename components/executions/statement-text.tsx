import classes from "@/components/executions/statement-text.module.css";

interface Props {
  sql: string;
  /** Where the engine stopped, counted from 1. */
  at?: { line: number; column: number | null };
}

/** SQL as it was sent, with the place of its error marked under the line. */
export function StatementText({ sql, at }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.text} aria-label="SQL" tabIndex={0}>
      {sql.split("\n").map((line, index) => {
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
                <span className={classes.caret}>{`${indent(line, at.column)}▲`}</span>
              </div>
            ) : null}
          </div>
        );
      })}
    </section>
  );
}

function Marked({ line, column }: { line: string; column: number }) {
  const characters = [...line];
  const start = Math.min(column - 1, characters.length);
  const word = /^[\p{L}\p{N}_$"]+|^./u.exec(characters.slice(start).join(""))?.[0] ?? "";
  return (
    <span>
      {characters.slice(0, start).join("")}
      <mark className={classes.mark} style={{ background: "none", color: "inherit" }}>
        {word}
      </mark>
      {characters.slice(start).join("").slice(word.length)}
    </span>
  );
}

/** As wide as what stands before the column, tabs kept, so that the caret stands under it. */
function indent(line: string, column: number): string {
  return [...line]
    .slice(0, column - 1)
    .map((character) => (character === "\t" ? "\t" : " "))
    .join("");
}
