import classes from "@/components/charts/chart.module.css";
import { colourOf } from "@/components/charts/palette";
import type { KeyView } from "@/lib/charts/schema";

interface Props {
  entries: { name: string; key: KeyView | null }[];
  hidden: ReadonlySet<number>;
  onHidden(hidden: ReadonlySet<number>): void;
}

/** Which colour is what; a click takes one out of the drawing or puts it back. */
export function Legend({ entries, hidden, onHidden }: Props) {
  const toggle = (at: number) => {
    const next = new Set(hidden);
    if (!next.delete(at)) next.add(at);
    onHidden(next);
  };
  return (
    <ul className={classes.legend} aria-label="Legend">
      {entries.map(({ name, key }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat; a series is its place
        <li key={at}>
          <button type="button" aria-pressed={!hidden.has(at)} title={name} onClick={() => toggle(at)}>
            <i
              className={classes.swatch}
              style={{ background: colourOf(at, key), marginRight: 0, opacity: hidden.has(at) ? 0.3 : 1 }}
              aria-hidden
            />
            <span>{name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
