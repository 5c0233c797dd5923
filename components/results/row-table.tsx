import { type Cell, displayText, kindOf } from "@/components/results/cell-format";
import classes from "@/components/results/row-table.module.css";

export interface TableRows {
  columns: { name: string; type: string }[];
  rows: unknown[][];
}

/** Some rows as a plain table that scrolls in its place; the grid is for all of a result. */
export function RowTable({ label, columns, rows, grow }: TableRows & { label: string; grow?: boolean }) {
  const kinds = columns.map(({ type }) => kindOf(type));
  return (
    <section className={classes.frame} style={grow ? { flex: 1 } : undefined} tabIndex={0} aria-label={label}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map(({ name, type }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name, and none moves
              <th key={at} scope="col" title={type} data-number={kinds[at] === "number" || undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows that are stored never move
            <tr key={r}>
              {row.map((cell, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as the columns
                <td key={at} data-number={kinds[at] === "number" || undefined}>
                  {cell === null ? (
                    <span className={classes.null}>null</span>
                  ) : (
                    displayText(cell as Cell, kinds[at] ?? "text", "auto", "en-US")
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
