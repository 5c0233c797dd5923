import classes from "@/components/executions/execution-list.module.css";
import { titleOf } from "@/components/executions/title";
import { RowMeta, Rows } from "@/components/ui/rows";
import { StateBadge } from "@/components/ui/state";
import { RelativeTime } from "@/components/ui/time";
import { Who } from "@/components/ui/who";
import type { ExecutionItem } from "@/lib/executions/schema";

/** Rows of the history. */
export function ExecutionList({ items, label }: { items: ExecutionItem[]; label: string }) {
  return (
    <div>
      <div className={classes.head} aria-hidden>
        <span>State</span>
        <span>SQL</span>
        <span>Who</span>
        <span className={classes.warehouse}>Warehouse</span>
        <span style={{ textAlign: "right" }}>Rows</span>
        <span style={{ textAlign: "right" }}>When</span>
      </div>
      <Rows items={items} label={label} className={classes.list} hrefOf={({ id }) => `/executions/${id}`}>
        {(item) => (
          <>
            <StateBadge state={item.state} />
            <span className={classes.sql}>{titleOf(item.sql)}</span>
            <RowMeta className={classes.who}>
              <Who name={item.user.name} />
            </RowMeta>
            <RowMeta className={classes.warehouse}>{item.warehouse.name}</RowMeta>
            <RowMeta className={classes.rows} end>
              {item.rowCount === null ? "" : item.rowCount.toLocaleString("en-US")}
            </RowMeta>
            <RowMeta end>
              <RelativeTime at={item.submittedAt} focusable={false} />
            </RowMeta>
          </>
        )}
      </Rows>
    </div>
  );
}
