import classes from "@/components/charts/chart.module.css";

export interface TipLine {
  name: string;
  colour: string;
  value: string;
}

/** What a mark says when pointed at, or reached by the arrow keys. */
export function Tip({ title, lines, note }: { title: string; lines: TipLine[]; note?: string | undefined }) {
  return (
    <div className={classes.tip}>
      <div style={{ fontWeight: 500, marginBottom: 4, overflowWrap: "anywhere" }}>{title}</div>
      <table>
        <tbody>
          {lines.map(({ name, colour, value }) => (
            <tr key={name}>
              <td>
                <span className={classes.swatch} style={{ background: colour }} />
                {name}
              </td>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {note ? <div className={classes.quiet}>{note}</div> : null}
    </div>
  );
}
