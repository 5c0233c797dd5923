"use client";

import { useWindowVirtualizer } from "@tanstack/react-virtual";
import Link from "next/link";
import { useLayoutEffect, useRef, useState } from "react";
import { tablePath } from "@/components/tables/table-path";
import classes from "@/components/tables/tables.module.css";
import { size } from "@/components/ui/size";
import type { CatalogTable } from "@/lib/completion/schema";

interface Props {
  warehouse: string;
  tables: CatalogTable[];
}

/** Tables as rows of links. Only those in sight are drawn, so that 10,000 cost what 40 do. */
export function TableList({ warehouse, tables }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: tables.length,
    estimateSize: () => 40,
    overscan: 12,
    scrollMargin: top,
  });
  return (
    <div>
      <div className={classes.head} aria-hidden>
        <span>Table</span>
        <span className={classes.comment}>Comment</span>
        <span className={classes.number}>Columns</span>
        <span className={classes.number}>Rows, about</span>
        <span className={classes.number}>Size</span>
      </div>
      <ul ref={list} className={classes.list} style={{ height: virtual.getTotalSize() }} aria-label="Tables">
        {virtual.getVirtualItems().map((item) => {
          const table = tables[item.index] as CatalogTable;
          return (
            <li
              key={`${table.schema}.${table.name}`}
              className={classes.item}
              style={{ transform: `translateY(${item.start - top}px)` }}
              aria-setsize={tables.length}
              aria-posinset={item.index + 1}
            >
              <Link
                data-row
                className={classes.row}
                href={tablePath(warehouse, table.schema, table.name)}
                prefetch={false}
                title={`${table.schema}.${table.name}`}
              >
                <span className={classes.name}>
                  <span className={classes.schema}>{table.schema}.</span>
                  {table.name}
                  {table.kind === "table" ? null : <span className={classes.kind}> {table.kind}</span>}
                </span>
                <span className={classes.comment}>{table.comment}</span>
                <span className={`${classes.number} ${classes.wide}`}>{table.columns.length}</span>
                <span className={classes.number}>{rowsOf(table)}</span>
                <span className={`${classes.number} ${classes.wide}`}>
                  {table.bytes === null ? "" : size(table.bytes)}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Statistics may not be there yet: then nothing is said. */
export function rowsOf({ rows }: CatalogTable): string {
  return rows === null || rows < 0 ? "" : rows.toLocaleString("en-US");
}
