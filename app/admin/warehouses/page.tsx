import type { Metadata } from "next";
import { WarehouseList } from "@/components/admin/warehouse-list";
import { may } from "@/lib/access/policy";
import { listWarehouses } from "@/lib/connections/data";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Warehouses" };

export default async function WarehousesPage() {
  const ctx = await pageContext();
  if (!may(ctx, "warehouse.manage")) return null;
  return <WarehouseList warehouses={await listWarehouses(ctx)} />;
}
