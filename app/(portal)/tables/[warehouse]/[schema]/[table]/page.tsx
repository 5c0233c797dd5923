import type { Metadata } from "next";
import { TablePage } from "@/components/editor/table-page";

interface Props {
  params: Promise<{ warehouse: string; schema: string; table: string }>;
}

async function names({ params }: Props) {
  const { warehouse, schema, table } = await params;
  return {
    warehouse: decodeURIComponent(warehouse),
    schema: decodeURIComponent(schema),
    table: decodeURIComponent(table),
  };
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { schema, table } = await names(props);
  return { title: `${schema}.${table}` };
}

export default async function Page(props: Props) {
  return <TablePage {...(await names(props))} />;
}
