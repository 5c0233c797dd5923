"use client";

import { Select, Skeleton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { parseAsString, useQueryStates } from "nuqs";
import { useDeferredValue, useMemo } from "react";
import { useCatalog } from "@/components/editor/use-catalog";
import { CatalogueAge } from "@/components/tables/catalogue-age";
import { TableList } from "@/components/tables/table-list";
import classes from "@/components/tables/tables.module.css";
import { count } from "@/components/ui/count";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { ProblemAlert } from "@/components/ui/problem-alert";
import type { CatalogTable } from "@/lib/completion/schema";

interface Props {
  warehouses: { id: string; name: string }[];
  role: string;
}

const state = { warehouse: parseAsString, q: parseAsString.withDefault("") };

/** Every table of a warehouse that this person's reader may see. */
export function TablesPage({ warehouses, role }: Props) {
  const [{ warehouse: asked, q }, setState] = useQueryStates(state, { history: "replace", throttleMs: 200 });
  const warehouse = warehouses.find(({ id, name }) => asked === name || asked === id) ?? warehouses[0];
  const { catalog, loading, problem, refresh } = useCatalog(warehouse?.id);
  const wanted = useDeferredValue(q);
  const found = useMemo(() => matching(catalog?.tables ?? [], wanted), [catalog, wanted]);
  if (!warehouse) return <NoWarehouse role={role} />;
  return (
    <div className={classes.page}>
      <PageHead title="Tables" note={<CatalogueAge {...{ catalog, loading }} onRefresh={refresh} />}>
        {role === "viewer" ? null : (
          <LinkButton href="/files" variant="default" size="xs">
            Your files
          </LinkButton>
        )}
        {warehouses.length > 1 ? (
          <Select
            size="xs"
            aria-label="Warehouse"
            data={warehouses.map(({ name }) => name)}
            value={warehouse.name}
            allowDeselect={false}
            searchable={warehouses.length > 8}
            onChange={(name) => void setState({ warehouse: name })}
          />
        ) : null}
      </PageHead>
      <TextInput
        mb="sm"
        maw={480}
        aria-label="Search tables and columns"
        placeholder={
          catalog ? `Search ${count(catalog.tables.length, "table")} by name or by a column's` : "Search tables"
        }
        leftSection={<IconSearch size={16} aria-hidden />}
        value={q}
        onChange={(event) => void setState({ q: event.currentTarget.value || null })}
      />
      {problem ? (
        <ProblemAlert title={catalog ? "Not refreshed" : "The tables could not be read"} onRetry={refresh}>
          {problem}
        </ProblemAlert>
      ) : null}
      {!catalog && !problem ? <Skeleton height={320} /> : null}
      {catalog && found.length > 0 ? <TableList warehouse={warehouse.name} tables={found} /> : null}
      {catalog && found.length === 0 ? <NoTable searched={q} warehouse={warehouse.name} /> : null}
    </div>
  );
}

function NoWarehouse({ role }: { role: string }) {
  const admin = role === "admin";
  return (
    <Empty
      title="There is no warehouse for you yet"
      action={admin ? <LinkButton href="/admin/warehouses/new">Add a warehouse</LinkButton> : null}
    >
      {admin ? "Its tables will be listed here." : "Ask an admin to grant a warehouse to one of your teams."}
    </Empty>
  );
}

function NoTable({ searched, warehouse }: { searched: string; warehouse: string }) {
  if (searched) return <Empty title={`No table or column is called “${searched}”`} />;
  return (
    <Empty title="There is no table that you may see">
      The role through which you read {warehouse} was granted none. An admin finds the SQL for it on the warehouse's
      page.
    </Empty>
  );
}

/** Names first, then tables that have such a column; both in the catalogue's order. */
function matching(tables: CatalogTable[], search: string): CatalogTable[] {
  const words = search.trim().toLowerCase();
  if (!words) return tables;
  const named = tables.filter(({ schema, name }) => `${schema}.${name}`.toLowerCase().includes(words));
  const known = new Set(named);
  const having = tables.filter(
    (table) => !known.has(table) && table.columns.some(({ name }) => name.toLowerCase().includes(words)),
  );
  return [...named, ...having];
}
