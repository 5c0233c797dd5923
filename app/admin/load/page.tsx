import type { Metadata } from "next";
import { Load } from "@/components/admin/load";
import { may } from "@/lib/access/policy";
import { listWarehouses } from "@/lib/connections/data";
import { diskWarnings } from "@/lib/disks/data";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Load" };

export default async function LoadPage() {
  const ctx = await pageContext();
  if (!may(ctx, "load.read")) return null;
  const [warehouses, disks] = await Promise.all([listWarehouses(ctx), diskWarnings(ctx)]);
  const shown = warehouses.map(({ id, name, engine, personal }) => ({ id, name, engine, personal }));
  return <Load warehouses={shown} disks={disks} />;
}
