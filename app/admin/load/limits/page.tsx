import type { Metadata } from "next";
import { Limits } from "@/components/admin/limits";
import { may } from "@/lib/access/policy";
import { listWarehouses } from "@/lib/connections/data";
import { listLimits } from "@/lib/gate/limits";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Limits" };

export default async function LimitsPage() {
  const ctx = await pageContext();
  if (!may(ctx, "load.read")) return null;
  const [limits, warehouses] = await Promise.all([listLimits(ctx, {}), listWarehouses(ctx)]);
  return <Limits limits={limits.items} warehouses={warehouses.map(({ id, name }) => ({ id, name }))} />;
}
