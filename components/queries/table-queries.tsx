"use client";

import Link from "next/link";
import { QueryList } from "@/components/queries/query-list";
import { useRest } from "@/components/ui/use-rest";
import type { QueryItem } from "@/lib/queries/schema";

/** The saved queries that read a table, as far as their text tells. */
export function TableQueries({ warehouse, table }: { warehouse: string; table: string }) {
  const where = `warehouse=${encodeURIComponent(warehouse)}&table=${encodeURIComponent(table)}`;
  const { data, problem } = useRest<{ items: QueryItem[]; next: string | null }>(`/queries?limit=10&${where}`);
  if (!data && !problem) return null;
  return (
    <section aria-label="Queries that use this table" style={{ marginTop: 24 }}>
      <h2 style={{ marginBottom: 8 }}>Queries that use this table</h2>
      {problem ? <p role="alert">{problem.message}</p> : null}
      {data?.items.length === 0 ? (
        <p style={{ color: "var(--mantine-color-dimmed)" }}>No saved query reads it, as far as their SQL tells.</p>
      ) : null}
      {data && data.items.length > 0 ? <QueryList items={data.items} label="Queries that use this table" /> : null}
      {data?.next ? (
        <p>
          <Link href={`/queries?${where}`} style={{ color: "var(--mantine-color-anchor)" }}>
            All of them
          </Link>
        </p>
      ) : null}
    </section>
  );
}
