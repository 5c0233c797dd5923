import type { Metadata } from "next";
import { Erasures } from "@/components/admin/erasures";
import { may } from "@/lib/access/policy";
import { listWarehouses } from "@/lib/connections/data";
import { listErasures } from "@/lib/erasures/data";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Erase results" };

export default async function ErasuresPage() {
  const ctx = await pageContext();
  if (!may(ctx, "result.erase")) return null;
  const [erasures, warehouses] = await Promise.all([listErasures(ctx, { limit: 100 }), listWarehouses(ctx)]);
  return <Erasures items={erasures.items} warehouses={warehouses.map(({ id, name }) => ({ id, name }))} />;
}
