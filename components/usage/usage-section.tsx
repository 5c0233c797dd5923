import type { ReactNode } from "react";
import classes from "@/components/usage/usage.module.css";

interface Props {
  id: string;
  title: string;
  note?: ReactNode;
  /** What stands here when there are no rows. */
  empty: string;
  /** The first column is the name; the others are numbers. */
  head: string[];
  rows: { key: string; cells: ReactNode[] }[];
}

/** One list of the usage page. */
export function UsageSection({ id, title, note, empty, head, rows }: Props) {
  return (
    <section id={id} className={classes.section} aria-label={title}>
      <h2>{title}</h2>
      {note ? <p className={classes.note}>{note}</p> : null}
      {rows.length === 0 ? (
        <p className={classes.quiet}>{empty}</p>
      ) : (
        <table className={`${classes.table} ${head.length === 5 ? classes.five : ""}`}>
          <thead>
            <tr>
              {head.map((name) => (
                <th key={name}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, cells }) => (
              <tr key={key}>
                {cells.map((cell, index) => (
                  <td key={head[index]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
