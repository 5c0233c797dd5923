import type { Metadata } from "next";
import { readerZone } from "@/app/reader-zone";
import { dayStart } from "@/components/executions/day";
import { History } from "@/components/executions/history";
import type { PageProps } from "@/components/layout/page-props";
import { PageHead } from "@/components/ui/page-head";
import { may } from "@/lib/access/policy";
import { listWarehouses } from "@/lib/connections/data";
import { listAuthors, listExecutions } from "@/lib/executions/data";
import { executionsQuery } from "@/lib/executions/schema";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "History" };

const filters = ["q", "user", "warehouse", "state", "from", "to"];

export default async function HistoryPage({ searchParams }: PageProps) {
  const ctx = await pageContext();
  const [params, zone] = await Promise.all([searchParams, readerZone(ctx)]);
  const asked = new URLSearchParams();
  for (const name of [...filters, "before", "far"]) {
    const value = params[name];
    if (typeof value === "string" && value) asked.set(name, value);
  }
  // The page speaks of whole days in the reader's zone, REST of instants.
  const query = new URLSearchParams(asked);
  for (const [name, days] of [["from", 0] as const, ["to", 1] as const]) {
    const day = dayStart(asked.get(name) ?? "", zone ?? "UTC", days);
    if (day) query.set(name, day.toISOString());
    else query.delete(name);
  }
  const before = query.get("before");
  query.delete("before");
  if (before) query.set("cursor", before);
  const parsed = executionsQuery.safeParse(Object.fromEntries(query));
  const [page, warehouses, authors] = await Promise.all([
    parsed.success ? listExecutions(ctx, parsed.data) : { items: [], next: null, searchedTo: null },
    listWarehouses(ctx),
    listAuthors(ctx),
  ]);
  const at = (place: string | null) => {
    const there = new URLSearchParams(asked);
    there.delete("before");
    there.delete("far");
    if (place) there.set("before", place);
    // Whoever goes on has waited once, and rather waits some seconds than to click for each tenth of one.
    if (place && page.searchedTo) there.set("far", "true");
    return `/executions?${there}`;
  };
  return (
    <>
      <PageHead title="History" note="Every run of SQL that you may open, newest first." />
      <History
        items={page.items}
        older={page.next ? at(page.next) : null}
        searchedTo={page.searchedTo}
        newest={before ? at(null) : null}
        mayRun={may(ctx, "execution.run")}
        filtered={filters.some((name) => asked.has(name))}
        people={[
          { value: "me", label: "Me" },
          ...authors.filter(({ id }) => id !== ctx.user.id).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        warehouses={warehouses.map(({ id, name }) => ({ value: id, label: name }))}
      />
    </>
  );
}
