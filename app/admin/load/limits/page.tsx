import type { Metadata } from "next";
import { Limits } from "@/components/admin/limits";
import type { PageProps } from "@/components/layout/page-props";
import { tokenName } from "@/lib/access/list-tokens";
import { may } from "@/lib/access/policy";
import { listWarehouses } from "@/lib/connections/data";
import { listLimits } from "@/lib/gate/limits";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Limits" };

export default async function LimitsPage({ searchParams }: PageProps) {
  const [ctx, params] = await Promise.all([pageContext(), searchParams]);
  if (!may(ctx, "load.read")) return null;
  const token = params.scope === "token" && typeof params.id === "string" ? params.id.slice(0, 100) : null;
  const [limits, warehouses, name] = await Promise.all([
    listLimits(ctx, {}),
    listWarehouses(ctx),
    token === null ? null : tokenName(ctx, token),
  ]);
  return (
    <Limits
      limits={limits.items}
      warehouses={warehouses.map(({ id, name: called }) => ({ id, name: called }))}
      {...(token !== null && name !== null && { token: { id: token, name } })}
    />
  );
}
