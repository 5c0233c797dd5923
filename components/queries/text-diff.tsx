import { lineDiff, pieces } from "@/components/queries/line-diff";
import classes from "@/components/queries/text-diff.module.css";

const marks = { same: " ", added: "+", removed: "−" };
const words = { same: "", added: "added: ", removed: "removed: " };

/** Two texts as one, with what was taken out and put in. */
export function TextDiff({ label, before, after }: { label: string; before: string; after: string }) {
  const shown = pieces(lineDiff(before, after));
  if (shown.length === 0) return <p className={classes.same}>{label}: no change</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.diff} aria-label={`Changes of ${label}`} tabIndex={0}>
      <div className={classes.head}>{label}</div>
      {shown.map(({ lines, skipped }) => (
        <div key={`${lines[0]?.before ?? ""}.${lines[0]?.after ?? ""}`}>
          {skipped > 0 ? (
            <div className={classes.skipped}>{skipped === 1 ? "1 line" : `${skipped} lines`} the same</div>
          ) : null}
          {lines.map((line) => (
            <div key={`${line.before ?? ""}.${line.after ?? ""}`} className={classes[line.kind]}>
              <span className={classes.number} aria-hidden>
                {line.before}
              </span>
              <span className={classes.number} aria-hidden>
                {line.after}
              </span>
              <span className={classes.mark} aria-hidden>
                {marks[line.kind]}
              </span>
              <span className={classes.text}>
                <span className="visually-hidden">{words[line.kind]}</span>
                {line.text || " "}
              </span>
            </div>
          ))}
        </div>
      ))}
    </section>
  );
}
