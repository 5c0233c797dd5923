"use client";

import Link from "next/link";
import classes from "@/components/charts/chart.module.css";
import { useRest } from "@/components/ui/use-rest";
import type { SavedChart } from "@/lib/charts/schema";

/** Charts that somebody saved of the same query or result; nothing where there are none. */
export function SavedCharts({ of, id }: { of: "query" | "execution"; id: string }) {
  const { data } = useRest<{ items: SavedChart[] }>(`/charts?of=${of}&id=${encodeURIComponent(id)}`);
  if (!data || data.items.length === 0) return null;
  return (
    <nav className={classes.saved} aria-label="Saved charts">
      <span className={classes.quiet}>Saved charts:</span>
      {data.items.map((chart) => (
        <Link key={chart.id} href={`/charts/${chart.id}`} title={`By ${chart.author.name}`}>
          {chart.title}
        </Link>
      ))}
    </nav>
  );
}
