import type { Metadata } from "next";
import { WarehouseForm } from "@/components/admin/warehouse-form";
import { PageHead } from "@/components/ui/page-head";
import { may } from "@/lib/access/policy";
import { serverSettings } from "@/lib/connections/accounts";
import { pageContext } from "@/lib/transport/page";
import { shownForms } from "@/lib/warehouses/config";

export const metadata: Metadata = { title: "Add a warehouse" };

export default async function NewWarehousePage() {
  const ctx = await pageContext();
  if (!may(ctx, "warehouse.manage")) return null;
  return (
    <>
      <PageHead
        title="Add a warehouse"
        note="Nothing is run there until somebody asks. Where it asks for an account, give one that can only read."
      />
      <WarehouseForm forms={shownForms(serverSettings())} />
    </>
  );
}
