"use client";

import { ActionIcon, Group, Skeleton, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import {
  IconChevronDown,
  IconChevronRight,
  IconExternalLink,
  IconRefresh,
  IconSearch,
  IconTable,
} from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useDeferredValue, useMemo, useRef, useState } from "react";
import { count } from "@/components/ui/count";
import { IconButton } from "@/components/ui/icon-button";
import { RelativeTime } from "@/components/ui/time";
import { quoted, quotedTable } from "@/lib/completion/quoted";
import classes from "./editor.module.css";
import { type TreeRow, treeMove, treeRows } from "./schema-tree";
import type { Catalog } from "./use-catalog";

interface Props {
  warehouse: string;
  engine: string;
  catalog: Catalog | null;
  loading: boolean;
  problem: string | null;
  onRefresh: () => void;
  onInsert: (name: string) => void;
  /** Where a click on a table opens it instead of writing its name. */
  onOpenTable?: (schema: string, table: string) => void;
}

export function SchemaBrowser({
  warehouse,
  engine,
  catalog,
  loading,
  problem,
  onRefresh,
  onInsert,
  onOpenTable,
}: Props) {
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(["public"]));
  const wanted = useDeferredValue(search);
  const rows = useMemo(() => treeRows(catalog?.tables ?? [], wanted, open), [catalog, wanted, open]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 26,
    overscan: 10,
  });
  const turn = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  // One row takes part in Tab; the arrows move it, as in any tree.
  const [at, setAt] = useState(0);
  const current = Math.min(at, Math.max(0, rows.length - 1));
  const onKeyDown = (event: KeyboardEvent) => {
    const next = treeMove(rows, current, event.key);
    if (!next) return;
    event.preventDefault();
    if (next.turn) turn(next.turn);
    setAt(next.at);
    virtual.scrollToIndex(next.at);
    // The row may have to be drawn first.
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-at="${next.at}"]`)?.focus());
  };
  return (
    <Stack gap={6} h="100%" p={8}>
      <TextInput
        size="xs"
        aria-label="Search tables and columns"
        placeholder={catalog ? `Search ${count(catalog.tables.length, "table")}` : "Search tables"}
        leftSection={<IconSearch size={14} />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {problem && (
        <Text size="xs" c="red" role="alert">
          {problem}
        </Text>
      )}
      {!catalog && loading && <Skeleton height={120} />}
      <div ref={scroller} className={classes.tree} role="tree" aria-label="Tables" tabIndex={-1} onKeyDown={onKeyDown}>
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <div key={row.key} className={classes.treeRow} style={{ transform: `translateY(${item.start}px)` }}>
                  <Row
                    {...{ row, warehouse, engine, onInsert, onOpenTable }}
                    at={item.index}
                    current={item.index === current}
                    onTurn={(key) => {
                      setAt(item.index);
                      turn(key);
                    }}
                  />
                </div>
              )
            );
          })}
        </div>
      </div>
      {catalog && rows.length === 0 && (
        <Text size="xs" c="dimmed">
          {search ? `No table or column is called “${search}”.` : "No tables that this warehouse's reader may see."}
        </Text>
      )}
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed" role="status">
          {loading ? (
            "Reading the catalogue"
          ) : catalog ? (
            <>
              Read <RelativeTime at={catalog.fetchedAt} />
              {catalog.paused && ", paused"}
            </>
          ) : null}
        </Text>
        <IconButton
          size="sm"
          label="Refresh tables"
          hint="Read the catalogue again"
          loading={loading}
          onClick={onRefresh}
        >
          <IconRefresh size={14} />
        </IconButton>
      </Group>
    </Stack>
  );
}

interface RowProps {
  row: TreeRow;
  at: number;
  /** The one row that Tab reaches. */
  current: boolean;
  warehouse: string;
  engine: string;
  onTurn: (key: string) => void;
  onInsert: (name: string) => void;
  onOpenTable?: (schema: string, table: string) => void;
}

function Row({ row, at, current, warehouse, engine, onTurn, onInsert, onOpenTable }: RowProps) {
  const place = { "data-at": at, tabIndex: current ? 0 : -1 };
  if (row.kind === "column") {
    return (
      <UnstyledButton
        {...place}
        role="treeitem"
        aria-level={3}
        className={classes.column}
        title={row.comment ?? `${row.name} ${row.type}`}
        onClick={() => onInsert(quoted(row.name, engine))}
      >
        <span className={classes.clip}>{row.name}</span>
        <span className={classes.type}>{row.type}</span>
      </UnstyledButton>
    );
  }
  const Chevron = row.open ? IconChevronDown : IconChevronRight;
  if (row.kind === "schema") {
    return (
      <UnstyledButton
        {...place}
        role="treeitem"
        aria-level={1}
        aria-expanded={row.open}
        className={classes.schema}
        onClick={() => onTurn(row.key)}
      >
        <Chevron size={14} /> <span className={classes.clip}>{row.schema}</span>
        <span className={classes.type}>{row.count.toLocaleString()}</span>
      </UnstyledButton>
    );
  }
  const { schema, name, comment } = row.table;
  const written = quotedTable(row.table, engine);
  return (
    <div className={classes.table} role="treeitem" aria-level={2} tabIndex={-1} aria-expanded={row.open}>
      <ActionIcon
        size={18}
        variant="transparent"
        color="gray"
        tabIndex={-1}
        aria-label={row.open ? `Close ${name}` : `Columns of ${name}`}
        onClick={() => onTurn(row.key)}
      >
        <Chevron size={14} />
      </ActionIcon>
      <UnstyledButton
        {...place}
        className={classes.tableName}
        title={comment ?? (onOpenTable ? `Open ${name}` : `Insert ${written}`)}
        onClick={() => (onOpenTable ? onOpenTable(schema, name) : onInsert(written))}
      >
        <IconTable size={14} aria-hidden />
        <span className={classes.clip}>{name}</span>
      </UnstyledButton>
      <a
        className={classes.open}
        aria-label={`Open ${name}`}
        tabIndex={current ? 0 : -1}
        href={`/tables/${encodeURIComponent(warehouse)}/${encodeURIComponent(schema)}/${encodeURIComponent(name)}`}
      >
        <IconExternalLink size={14} />
      </a>
    </div>
  );
}
