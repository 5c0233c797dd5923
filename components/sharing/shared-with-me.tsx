import { IconChartBar, IconFileText, IconHistory, IconLayoutDashboard, IconShare } from "@tabler/icons-react";
import classes from "@/components/sharing/shared-with-me.module.css";
import { RowMeta, Rows, RowTitle } from "@/components/ui/rows";
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
      <Rows items={items} label="Shared with me" className={classes.list} hrefOf={({ path }) => path}>
        {(item) => {
          const Icon = icons[item.kind];
          return (
            <>
              <span className={classes.called}>
                <RowTitle
                  before={
                    <>
                      <Icon size={16} aria-hidden />
                      <span className="visually-hidden">{item.kind}</span>
                    </>
                  }
                  name={item.title}
                />
              </span>
              <RowMeta>
                {item.allows === "run" ? "see and run" : "see"}
                {item.audience === "company" ? ", the whole company" : ""}
              </RowMeta>
              <RowMeta>
                <Who name={item.sharer.name} />
              </RowMeta>
              <RowMeta end>
                <RelativeTime at={item.at} focusable={false} />
              </RowMeta>
            </>
          );
        }}
      </Rows>
    </section>
  );
}
