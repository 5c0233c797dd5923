import Link from "next/link";
import { tablePath } from "@/components/tables/table-path";
import classes from "@/components/tables/tables.module.css";
import type { CatalogTable } from "@/lib/completion/schema";

interface Props {
  warehouse: string;
  table: CatalogTable;
  /** All that this reader sees: those that refer to this table are among them. */
  tables: CatalogTable[];
}

/** Foreign keys both ways, each table a link. */
export function ForeignKeys({ warehouse, table, tables }: Props) {
  const incoming = tables.flatMap((from) =>
    from.foreignKeys
      .filter((key) => key.schema === table.schema && key.table === table.name)
      .map((key) => ({ from, key })),
  );
  const link = (schema: string, name: string) => (
    <Link href={tablePath(warehouse, schema, name)}>
      {schema}.{name}
    </Link>
  );
  return (
    <>
      {table.foreignKeys.length > 0 ? (
        <section className={classes.section}>
          <h2>Refers to</h2>
          <ul className={classes.keys}>
            {table.foreignKeys.map((key) => (
              <li key={`${key.columns} ${key.schema}.${key.table}`}>
                {key.columns.join(", ")} → {link(key.schema, key.table)} ({key.references.join(", ")})
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {incoming.length > 0 ? (
        <section className={classes.section}>
          <h2>Referred to by</h2>
          <ul className={classes.keys}>
            {incoming.map(({ from, key }) => (
              <li key={`${from.schema}.${from.name} ${key.columns}`}>
                {link(from.schema, from.name)} ({key.columns.join(", ")}) → {key.references.join(", ")}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}
