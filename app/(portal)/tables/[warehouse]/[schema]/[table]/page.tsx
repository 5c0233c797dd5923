import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { TablePage } from "@/components/tables/table-page";
import { may } from "@/lib/access/policy";
import { listWarehouses } from "@/lib/connections/data";
import { pageContext } from "@/lib/transport/page";

interface Props {
  params: Promise<{ warehouse: string; schema: string; table: string }>;
}

async function names({ params }: Props) {
  const { warehouse, schema, table } = await params;
  return {
    warehouse: decodeURIComponent(warehouse),
    schema: decodeURIComponent(schema),
    name: decodeURIComponent(table),
  };
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { schema, name } = await names(props);
  return { title: `${schema}.${name}` };
}

export default async function Page(props: Props) {
  const ctx = await pageContext();
  const asked = await names(props);
  const found = (await listWarehouses(ctx)).find(({ id, name }) => asked.warehouse === name || asked.warehouse === id);
  // Also one that they were not granted: its name says nothing to them.
  if (!found) notFound();
  const warehouse = { id: found.id, name: found.name, engine: found.engine };
  return <TablePage {...asked} warehouse={warehouse} mayRun={may(ctx, "execution.run")} />;
}
