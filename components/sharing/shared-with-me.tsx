import { IconChartBar, IconFileText, IconHistory, IconLayoutDashboard, IconShare } from "@tabler/icons-react";
import Link from "next/link";
import classes from "@/components/sharing/shared-with-me.module.css";
import { RelativeTime } from "@/components/ui/time";
import { Who } from "@/components/ui/who";
import type { SharedWithMe } from "@/lib/shares/schema";

const icons = { execution: IconHistory, query: IconFileText, chart: IconChartBar, board: IconLayoutDashboard };

/** What others opened to one, newest first. */
export function SharedList({ items }: { items: SharedWithMe[] }) {
  if (items.length === 0) return null;
  return (
    <section className={classes.section} aria-label="Shared with me">
      <h2>
        <IconShare size={16} aria-hidden /> Shared with me
      </h2>
      <ul className={classes.list} aria-label="Shared with me">
        {items.map((item) => {
          const Icon = icons[item.kind];
          return (
            <li key={item.id}>
              <Link data-row className={classes.row} href={item.path} prefetch={false}>
                <span className={classes.title}>
                  <Icon size={16} aria-hidden />
                  <span className="visually-hidden">{item.kind}</span>
                  <span className={classes.name}>{item.title}</span>
                </span>
                <span className={classes.meta}>
                  {item.allows === "run" ? "see and run" : "see"}
                  {item.audience === "company" ? ", the whole company" : ""}
                </span>
                <span className={classes.meta}>
                  <Who name={item.sharer.name} />
                </span>
                <span className={`${classes.meta} ${classes.when}`}>
                  <RelativeTime at={item.at} focusable={false} />
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
