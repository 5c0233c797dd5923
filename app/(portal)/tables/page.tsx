import type { Metadata } from "next";
import { TablesPage } from "@/components/tables/tables-page";
import { listWarehouses } from "@/lib/connections/data";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Tables" };

export default async function Page() {
  const ctx = await pageContext();
  const warehouses = (await listWarehouses(ctx)).map(({ id, name }) => ({ id, name }));
  return <TablesPage warehouses={warehouses} role={ctx.user.role} />;
}
