"use client";

import { Alert, Skeleton } from "@mantine/core";
import { useRouter } from "next/navigation";
import { parseAsString, useQueryState } from "nuqs";
import { PageHead } from "@/components/ui/page-head";
import { GateMark } from "./gate-mark";
import { SchemaBrowser } from "./schema-browser";
import { useCatalog } from "./use-catalog";
import { useGate, useWarehouses } from "./use-warehouses";
import { WarehousePicker } from "./warehouse-picker";

/** Every table of a warehouse that its reader may see; a click opens the table's page. */
export function TablesPage() {
  const router = useRouter();
  const [name, setName] = useQueryState("warehouse", parseAsString);
  const { warehouses, problem } = useWarehouses();
  const warehouse = warehouses?.find((each) => each.name === name) ?? warehouses?.[0];
  const gate = useGate(warehouse?.id);
  const { catalog, loading, problem: noCatalog, refresh } = useCatalog(warehouse?.id);
  if (problem) return <Alert color="red">{problem}</Alert>;
  if (!warehouses) return <Skeleton height={400} />;
  if (!warehouse)
    return <Alert color="gray">You have no right to a warehouse so far. An admin can give it to you.</Alert>;
  const openTable = (schema: string, table: string) =>
    router.push(`/tables/${[warehouse.name, schema, table].map(encodeURIComponent).join("/")}`);
  return (
    <>
      <PageHead title="Tables">
        <WarehousePicker
          warehouses={warehouses}
          value={warehouse.id}
          onChange={(id) => void setName(warehouses.find((each) => each.id === id)?.name ?? null)}
        />
        {gate && <GateMark gate={gate} />}
      </PageHead>
      <div style={{ height: "calc(100dvh - 200px)", maxWidth: 720 }}>
        <SchemaBrowser
          warehouse={warehouse.name}
          {...{ catalog, loading }}
          problem={noCatalog}
          onRefresh={refresh}
          onInsert={() => undefined}
          onOpenTable={openTable}
        />
      </div>
    </>
  );
}
