import classes from "@/components/compare/compare.module.css";
import type { DiffView } from "@/lib/results/schema";

type Cell = string | number | boolean | null;

const words = { added: "+ added", removed: "− removed", changed: "± changed" };
const isNumber = (type: string | null) =>
  /^(small|big)?int|^integer|^numeric|^decimal|^real|^double|^float/.test(type ?? "");

/** A row of the difference each; what changed stands as the old value struck out and the new one after it. */
export function DifferenceTable({ view, stale }: { view: DiffView; stale: boolean }) {
  // Names may repeat: a column is its place, and so is a row of a page.
  const columns = view.columns.map((column, at) => ({ ...column, at }));
  const rows = view.rows.map((row, at) => ({ ...row, at }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={classes.frame} data-stale={stale || undefined} aria-label="Rows that differ" tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Row</th>
            {columns.map(({ name, a, b, at }) => (
              <th key={at} scope="col" data-number={isNumber(a ?? b) || undefined}>
                {name || `column ${at + 1}`}
                <small>{a === b ? a : a === null ? "second only" : b === null ? "first only" : `${a} → ${b}`}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.at}>
              <td className={`${classes.kind} ${classes[row.kind]}`}>{words[row.kind]}</td>
              {columns.map(({ a, b, at }) => (
                <td key={at} data-number={isNumber(a ?? b) || undefined}>
                  {row.changed.includes(at) ? (
                    <>
                      <del>
                        <Value of={row.a?.[at] ?? null} />
                      </del>{" "}
                      <ins>
                        <Value of={row.b?.[at] ?? null} />
                      </ins>
                    </>
                  ) : (
                    <Value
                      of={(row.a && a !== null ? row.a : (row.b ?? row.a))?.[at] ?? null}
                      gone={onlyElsewhere(row, a, b)}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** An added row has no cell in a column that only the first result has, and the other way round. */
function onlyElsewhere(row: DiffView["rows"][number], a: string | null, b: string | null): boolean {
  return (row.a === null && b === null) || (row.b === null && a === null);
}

function Value({ of: value, gone = false }: { of: Cell; gone?: boolean }) {
  if (gone) return null;
  if (value === null) return <span className={classes.missing}>NULL</span>;
  if (value === "") return <span className={classes.missing}>empty</span>;
  return <>{String(value)}</>;
}
