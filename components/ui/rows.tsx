import Link from "next/link";
import type { ReactNode } from "react";
import classes from "@/components/ui/rows.module.css";

interface Props<Item> {
  items: Item[];
  label: string;
  /** Sets the columns (rows.module.css). */
  className: string | undefined;
  hrefOf: (item: Item) => string;
  /** What stands in one row. */
  children: (item: Item) => ReactNode;
}

/** A list whose rows are links: j and k move, Enter opens, as everywhere in lists. */
export function Rows<Item extends { id: string }>({ items, label, className, hrefOf, children }: Props<Item>) {
  return (
    <ul className={`${classes.list} ${className ?? ""}`} aria-label={label}>
      {items.map((item) => (
        <li key={item.id}>
          <Link data-row className={classes.row} href={hrefOf(item)} prefetch={false}>
            {children(item)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** What something in a row is called, with its signs. */
export function RowTitle({ name, before, children }: { name: ReactNode; before?: ReactNode; children?: ReactNode }) {
  return (
    <span className={classes.title}>
      {before}
      <span className={classes.name}>{name}</span>
      {children}
    </span>
  );
}

interface MetaProps {
  className?: string | undefined;
  /** Says what went wrong. */
  failed?: boolean;
  /** A number or a time: right-aligned. */
  end?: boolean;
  children?: ReactNode;
}

/** What else is said of it, on one line. */
export function RowMeta({ className, failed, end, children }: MetaProps) {
  return (
    <span className={`${classes.meta} ${className ?? ""}`} data-failed={failed} data-end={end}>
      {children}
    </span>
  );
}
