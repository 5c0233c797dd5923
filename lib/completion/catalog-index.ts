import type { Lexis } from "@/lib/warehouses/lexer";
import { lexisOf } from "@/lib/warehouses/lexis";
import { quoted, quotedTable } from "./quoted";
import type { CatalogTable } from "./schema";

/** A way two tables are joined by a foreign key: their columns pair by pair. */
export interface Link {
  own: string[];
  other: CatalogTable;
  otherColumns: string[];
}

export interface CatalogIndex {
  lexis: Lexis;
  /** A name as it must be written in this engine's SQL. */
  quoted(name: string): string;
  /** The same of a table, with its schema unless the engine finds it without. */
  written(table: CatalogTable): string;
  tables: CatalogTable[];
  /** Lower-case names beside `tables`, for the search on each key. */
  names: string[];
  schemas: string[];
  find(schema: string | null, name: string): CatalogTable | undefined;
  inSchema(schema: string): CatalogTable[];
  links(table: CatalogTable): Link[];
}

const keyOf = (schema: string, name: string) => `${schema}\u0000${name}`.toLowerCase();

/** Built once a catalogue, read on each key. */
export function indexCatalog(tables: CatalogTable[], engine: string): CatalogIndex {
  const byKey = new Map<string, CatalogTable>();
  const byName = new Map<string, CatalogTable>();
  const bySchema = new Map<string, CatalogTable[]>();
  for (const table of tables) {
    byKey.set(keyOf(table.schema, table.name), table);
    const name = table.name.toLowerCase();
    // Without a schema the search path decides, which starts at public.
    if (!byName.has(name) || table.schema === "public") byName.set(name, table);
    const schema = table.schema.toLowerCase();
    const list = bySchema.get(schema);
    if (list) list.push(table);
    else bySchema.set(schema, [table]);
  }
  const links = new Map<CatalogTable, Link[]>();
  const add = (table: CatalogTable, link: Link) => {
    const list = links.get(table);
    if (list) list.push(link);
    else links.set(table, [link]);
  };
  for (const table of tables) {
    for (const key of table.foreignKeys) {
      const other = byKey.get(keyOf(key.schema, key.table));
      if (!other) continue;
      add(table, { own: key.columns, other, otherColumns: key.references });
      add(other, { own: key.references, other: table, otherColumns: key.columns });
    }
  }
  return {
    lexis: lexisOf(engine),
    quoted: (name) => quoted(name, engine),
    written: (table) => quotedTable(table, engine),
    tables,
    names: tables.map((table) => table.name.toLowerCase()),
    schemas: [...new Set(tables.map((table) => table.schema))],
    find: (schema, name) => (schema === null ? byName.get(name.toLowerCase()) : byKey.get(keyOf(schema, name))),
    inSchema: (schema) => bySchema.get(schema.toLowerCase()) ?? [],
    links: (table) => links.get(table) ?? [],
  };
}
