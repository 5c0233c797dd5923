"use client";

import { useTransition } from "react";
import historyClasses from "@/components/executions/history.module.css";
import { ListPages } from "@/components/executions/list-pages";
import classes from "@/components/files/kept.module.css";
import { formats } from "@/components/files/kept-file";
import { Empty } from "@/components/ui/empty";
import { type Choice, FilterBar } from "@/components/ui/filter-bar";
import { RowMeta, Rows, RowTitle } from "@/components/ui/rows";
import { size } from "@/components/ui/size";
import { RelativeTime } from "@/components/ui/time";
import type { StoredFileView } from "@/lib/files/schema";

interface Props {
  items: StoredFileView[];
  next: string | null;
  first: string | null;
  filtered: boolean;
  pipelines: Choice[];
}

/** Files that pipelines keep, by path. */
export function KeptFiles({ items, next, first, filtered, pipelines }: Props) {
  const [pending, startTransition] = useTransition();
  if (items.length === 0 && !filtered)
    return (
      <Empty title="No pipeline keeps a file that you may open">
        The operator “Deliver a file” puts rows into a file, and mails a link to it.
      </Empty>
    );
  return (
    <>
      <FilterBar
        label="Find a file"
        words={{ label: "Path contains", placeholder: "sales, 2026-01, …" }}
        filters={[{ kind: "choice", name: "pipeline", label: "Pipeline", choices: pipelines, searchable: true }]}
        place="after"
        startTransition={startTransition}
      />
      <div className={pending ? historyClasses.pending : undefined} aria-busy={pending}>
        {items.length > 0 ? (
          <Rows
            items={items}
            label="Files that pipelines keep"
            className={classes.list}
            hrefOf={({ id }) => `/files/${id}`}
          >
            {(item) => (
              <>
                <RowTitle name={item.path} />
                <RowMeta>{item.pipeline}</RowMeta>
                <RowMeta>
                  {formats[item.format]}, {size(item.bytes)}
                </RowMeta>
                <RowMeta>
                  <RelativeTime at={item.updatedAt} focusable={false} />
                </RowMeta>
              </>
            )}
          </Rows>
        ) : (
          <Empty title="No kept file is like that" />
        )}
        <ListPages back={first} on={next} />
      </div>
    </>
  );
}
