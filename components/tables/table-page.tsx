"use client";

import { Skeleton } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import { useCatalog } from "@/components/editor/use-catalog";
import { TableQueries } from "@/components/queries/table-queries";
import { CatalogueAge } from "@/components/tables/catalogue-age";
import { ForeignKeys } from "@/components/tables/foreign-keys";
import { Sample } from "@/components/tables/sample";
import { TableColumns } from "@/components/tables/table-columns";
import { rowsOf } from "@/components/tables/table-list";
import classes from "@/components/tables/tables.module.css";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { size } from "@/components/ui/size";
import { TablePeople } from "@/components/usage/table-people";
import { quoted } from "@/lib/completion/quoted";
import type { CatalogTable } from "@/lib/completion/schema";

interface Props {
  warehouse: { id: string; name: string; engine: string };
  schema: string;
  name: string;
  mayRun: boolean;
}

/** What a table is: columns, comments, size, the tables it refers to and that refer to it, and some of its rows. */
export function TablePage({ warehouse, schema, name, mayRun }: Props) {
  const { catalog, loading, problem, refresh } = useCatalog(warehouse.id);
  const table = catalog?.tables.find((each) => each.schema === schema && each.name === name);
  const title = `${schema}.${name}`;
  const age = <CatalogueAge {...{ catalog, loading }} onRefresh={refresh} />;
  const refused = problem ? (
    <ProblemAlert title={catalog ? "Not refreshed" : "The table could not be read"} onRetry={refresh}>
      {problem}
    </ProblemAlert>
  ) : null;
  if (!table) {
    return (
      <>
        <PageHead title={title} note={age} />
        {refused}
        {!catalog && !problem ? <Skeleton height={320} /> : null}
        {catalog ? (
          <Empty
            title={`${warehouse.name} had no such table when it was last read`}
            action={
              <LinkButton href={`/tables?warehouse=${encodeURIComponent(warehouse.name)}`} variant="default">
                All tables
              </LinkButton>
            }
          >
            Refresh if it is new. If others see it, your reader was not granted it: ask an admin.
          </Empty>
        ) : null}
      </>
    );
  }
  const sql = `select * from ${quoted(schema, warehouse.engine)}.${quoted(name, warehouse.engine)} limit 50`;
  return (
    <>
      <PageHead
        title={title}
        note={
          <>
            <div>{[warehouse.name, table.kind, extent(table)].filter(Boolean).join(" · ")}</div>
            {age}
          </>
        }
      >
        {mayRun ? (
          <LinkButton
            href={`/queries/new?warehouse=${encodeURIComponent(warehouse.name)}&sql=${encodeURIComponent(sql)}`}
          >
            Query this table
          </LinkButton>
        ) : null}
      </PageHead>
      {refused}
      {table.comment ? <p style={{ margin: "0 0 16px", maxWidth: 760 }}>{commentOf(table.comment)}</p> : null}
      <TableColumns columns={table.columns} />
      <ForeignKeys warehouse={warehouse.name} table={table} tables={catalog?.tables ?? []} />
      {mayRun ? <Sample warehouse={warehouse.name} sql={sql} /> : null}
      <TableQueries warehouse={warehouse.id} table={title} />
      <TablePeople warehouse={warehouse.id} table={title} />
      <div className={classes.section} />
    </>
  );
}

/** What pipelines write on the tables that they make leads to the stage that did. */
function commentOf(comment: string): ReactNode {
  const [, pipeline, stage] = /^Made by Sluice: ([a-z][a-z0-9_-]*), ([a-z][a-z0-9_-]*)$/.exec(comment) ?? [];
  if (!pipeline || !stage) return comment;
  return (
    <>
      Made by the stage {stage} of the pipeline{" "}
      <Link className={classes.made} href={`/pipelines/${pipeline}?stage=${stage}`} prefetch={false}>
        {pipeline}
      </Link>
    </>
  );
}

function extent(table: CatalogTable): string {
  const rows = rowsOf(table);
  return [rows ? `about ${rows} rows` : "", table.bytes === null ? "" : size(table.bytes)].filter(Boolean).join(" · ");
}
