import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ReadersAndGrants } from "@/components/admin/readers";
import { SchemaGrants } from "@/components/admin/schema-grants";
import { WarehouseForm } from "@/components/admin/warehouse-form";
import type { PageProps } from "@/components/layout/page-props";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { ExactTime, RelativeTime } from "@/components/ui/time";
import { may } from "@/lib/access/policy";
import { serverSettings } from "@/lib/connections/accounts";
import { viewWarehouse } from "@/lib/connections/data";
import { listSchemaGrants } from "@/lib/pipelines/grant-schemas";
import { SluiceError } from "@/lib/platform/errors";
import { listTeams } from "@/lib/teams/data";
import { pageContext } from "@/lib/transport/page";
import { shownForms } from "@/lib/warehouses/config";

export const metadata: Metadata = { title: "Warehouse" };

export default async function WarehousePage({ params }: PageProps<{ id: string }>) {
  const ctx = await pageContext();
  if (!may(ctx, "warehouse.manage")) return null;
  const { id } = await params;
  const view = await viewWarehouse(ctx, decodeURIComponent(id)).catch((error: unknown) => {
    if (error instanceof SluiceError && error.code === "not_found") notFound();
    throw error;
  });
  const teams = (await listTeams(ctx)).map((team) => ({ id: team.id, name: team.name }));
  // Of what Sluice brings along there is no connection to change.
  const forms = view.personal ? [] : shownForms(serverSettings(), view.admin?.config);
  const form = forms.find(({ engine }) => engine === view.engine);
  return (
    <>
      <PageHead
        title={view.name}
        note={
          view.admin ? (
            <>
              Added <ExactTime at={view.admin.createdAt} />, changed <RelativeTime at={view.admin.updatedAt} />.
              {form?.account ? " Secrets are written and never read back." : null}
            </>
          ) : null
        }
      >
        <LinkButton href={`/admin/audit?object=warehouse:${view.id}`} variant="default">
          Its audit
        </LinkButton>
      </PageHead>
      <WarehouseForm key={view.id} view={view} forms={forms} />
      {form ? <ReadersAndGrants view={view} teams={teams} account={form.account} /> : null}
      {form?.writes ? (
        <SchemaGrants
          warehouse={view}
          teams={teams}
          grants={(await listSchemaGrants(ctx, view.id)).grants}
          writer={view.admin?.writer !== null && view.admin?.writer !== undefined}
        />
      ) : null}
    </>
  );
}
