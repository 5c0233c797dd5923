"use client";

import { Alert, Anchor, Button, Group, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import { ResultView } from "@/components/executions/result-view";
import { api } from "@/components/ui/api";
import { PageHead } from "@/components/ui/page-head";
import { asProblem } from "@/components/ui/problem";
import { quoted } from "@/lib/completion/quoted";
import type { CatalogTable } from "@/lib/completion/schema";
import { useCatalog } from "./use-catalog";
import { useWarehouses } from "./use-warehouses";

interface Props {
  warehouse: string;
  schema: string;
  table: string;
}

const path = (warehouse: string, schema: string, table: string) =>
  `/tables/${[warehouse, schema, table].map(encodeURIComponent).join("/")}`;

/** What a table is: columns, comments, size, the tables it refers to, and some of its rows. */
export function TablePage({ warehouse, schema, table: name }: Props) {
  const { warehouses } = useWarehouses();
  const id = warehouses?.find((each) => each.name === warehouse || each.id === warehouse)?.id;
  const { catalog, problem } = useCatalog(id);
  const table = catalog?.tables.find((each) => each.schema === schema && each.name === name);
  if (problem) return <Alert color="red">{problem}</Alert>;
  if (warehouses && !id) return <Alert color="gray">There is no warehouse {warehouse}, or you may not use it.</Alert>;
  if (!catalog) return <Skeleton height={300} />;
  if (!table)
    return (
      <Alert color="gray">
        The catalogue of {warehouse} has no {schema}.{name}. Refresh it on the Tables page if it is new.
      </Alert>
    );
  return (
    <Stack gap={16}>
      <PageHead
        title={`${schema}.${name}`}
        note={[table.kind, sizeText(table), table.comment].filter(Boolean).join(" · ")}
      >
        <Button
          component="a"
          href={`/queries/new?warehouse=${encodeURIComponent(warehouse)}&sql=${encodeURIComponent(sampleSql(table))}`}
        >
          Query it
        </Button>
      </PageHead>
      <Columns table={table} />
      <ForeignKeys table={table} warehouse={warehouse} />
      <Sample warehouse={warehouse} table={table} />
    </Stack>
  );
}

function Columns({ table }: { table: CatalogTable }) {
  return (
    <Table.ScrollContainer minWidth={360}>
      <Table fz={13} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Column</Table.Th>
            <Table.Th>Type</Table.Th>
            <Table.Th>NULL</Table.Th>
            <Table.Th>Comment</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {table.columns.map((column) => (
            <Table.Tr key={column.name}>
              <Table.Td fw={500}>{column.name}</Table.Td>
              <Table.Td c="dimmed">{column.type}</Table.Td>
              <Table.Td c="dimmed">{column.nullable ? "may be" : "never"}</Table.Td>
              <Table.Td>{column.comment}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function ForeignKeys({ table, warehouse }: { table: CatalogTable; warehouse: string }) {
  if (table.foreignKeys.length === 0) return null;
  return (
    <Stack gap={4}>
      <Text fw={600}>Refers to</Text>
      {table.foreignKeys.map((key) => (
        <Text key={`${key.columns}${key.schema}${key.table}`} size="sm">
          {key.columns.join(", ")} →{" "}
          <Anchor href={path(warehouse, key.schema, key.table)}>{`${key.schema}.${key.table}`}</Anchor> (
          {key.references.join(", ")})
        </Text>
      ))}
    </Stack>
  );
}

/** Sample rows are an execution like any other: through the gate, in the history, only when asked for. */
function Sample({ warehouse, table }: { warehouse: string; table: CatalogTable }) {
  const [execution, setExecution] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const read = async () => {
    setProblem(null);
    try {
      const body = { warehouse, sql: sampleSql(table), maxAgeSeconds: 3_600 };
      setExecution((await api<{ id: string }>("POST", "/executions", body)).id);
    } catch (error) {
      setProblem(asProblem(error).message);
    }
  };
  return (
    <Stack gap={4}>
      <Group>
        <Text fw={600}>Sample rows</Text>
        {!execution && (
          <Button size="xs" variant="default" onClick={() => void read()}>
            Show 50 rows
          </Button>
        )}
      </Group>
      {problem && <Alert color="red">{problem}</Alert>}
      {execution && (
        <div style={{ height: 420 }}>
          <ResultView executionId={execution} inUrl={false} />
        </div>
      )}
    </Stack>
  );
}

function sampleSql(table: CatalogTable): string {
  return `select * from ${quoted(table.schema)}.${quoted(table.name)} limit 50`;
}

function sizeText({ rows, bytes }: CatalogTable): string {
  const parts = [];
  if (rows !== null && rows >= 0) parts.push(`about ${rows.toLocaleString()} rows`);
  if (bytes !== null)
    parts.push(
      new Intl.NumberFormat(undefined, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(
        bytes / 1e6,
      ),
    );
  return parts.join(" · ");
}
