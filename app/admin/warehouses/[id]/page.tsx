import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ReadersAndGrants } from "@/components/admin/readers";
import { WarehouseForm } from "@/components/admin/warehouse-form";
import type { PageProps } from "@/components/layout/page-props";
import { PageHead } from "@/components/ui/page-head";
import { may } from "@/lib/access/policy";
import { viewWarehouse } from "@/lib/connections/data";
import { SluiceError } from "@/lib/platform/errors";
import { listTeams } from "@/lib/teams/data";
import { pageContext } from "@/lib/transport/page";
import { fields } from "@/lib/warehouses/postgres/config";

export const metadata: Metadata = { title: "Warehouse" };

export default async function WarehousePage({ params }: PageProps<{ id: string }>) {
  const ctx = await pageContext();
  if (!may(ctx, "warehouse.manage")) return null;
  const { id } = await params;
  const view = await viewWarehouse(ctx, id).catch((error: unknown) => {
    if (error instanceof SluiceError && error.code === "not_found") notFound();
    throw error;
  });
  const teams = await listTeams(ctx);
  return (
    <>
      <PageHead title={view.name} note="Secrets are written only: nobody reads them back." />
      <WarehouseForm key={view.id} view={view} fields={{ postgres: fields, redshift: fields }} />
      <ReadersAndGrants view={view} teams={teams} />
    </>
  );
}
