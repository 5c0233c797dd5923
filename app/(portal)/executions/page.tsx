import type { Metadata } from "next";
import { dayStart } from "@/components/executions/day";
import { History } from "@/components/executions/history";
import type { PageProps } from "@/components/layout/page-props";
import { PageHead } from "@/components/ui/page-head";
import { listWarehouses } from "@/lib/connections/data";
import { listExecutions } from "@/lib/executions/data";
import { executionsQuery } from "@/lib/executions/schema";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "History" };

export default async function HistoryPage({ searchParams }: PageProps) {
  const ctx = await pageContext();
  const asked = await searchParams;
  const zone = ctx.user.timeZone ?? "UTC";
  const rest = new URLSearchParams();
  for (const name of ["q", "user", "warehouse", "state"]) {
    const value = asked[name];
    if (typeof value === "string" && value) rest.set(name, value);
  }
  // The page speaks of whole days in the reader's zone, REST of instants.
  const from = dayStart(String(asked.from ?? ""), zone);
  const to = dayStart(String(asked.to ?? ""), zone, 1);
  if (from) rest.set("from", from.toISOString());
  if (to) rest.set("to", to.toISOString());
  const parsed = executionsQuery.safeParse(Object.fromEntries(rest));
  const [first, warehouses] = await Promise.all([
    parsed.success ? listExecutions(ctx, parsed.data) : { items: [], next: null },
    listWarehouses(ctx),
  ]);
  const people = new Map([["me", "Me"]]);
  for (const { user } of first.items) if (user.id !== ctx.user.id) people.set(user.id, user.name);
  const picked = rest.get("user");
  if (picked && !people.has(picked)) people.set(picked, "This person");
  return (
    <>
      <PageHead title="History" note="Every run of SQL that you may open, newest first." />
      <History
        first={first}
        query={rest.toString()}
        filtered={rest.size > 0}
        people={[...people].map(([value, label]) => ({ value, label }))}
        warehouses={warehouses.map(({ id, name }) => ({ value: id, label: name }))}
      />
    </>
  );
}
