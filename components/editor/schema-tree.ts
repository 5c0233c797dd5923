import type { CatalogTable } from "@/lib/completion/schema";

export type TreeRow =
  | { kind: "schema"; key: string; schema: string; count: number; open: boolean }
  | { kind: "table"; key: string; table: CatalogTable; open: boolean }
  | { kind: "column"; key: string; name: string; type: string; comment: string | null };

/** The tree as the flat list that the virtual scroller draws. A search opens what it finds. */
export function treeRows(tables: CatalogTable[], search: string, open: ReadonlySet<string>): TreeRow[] {
  const words = search.trim().toLowerCase();
  const bySchema = new Map<string, CatalogTable[]>();
  for (const table of tables) {
    if (words && !matches(table, words)) continue;
    const list = bySchema.get(table.schema);
    if (list) list.push(table);
    else bySchema.set(table.schema, [table]);
  }
  const rows: TreeRow[] = [];
  for (const [schema, list] of bySchema) {
    // One schema, or a search: nothing to choose, so it stands open.
    const isOpen = open.has(schema) || words !== "" || bySchema.size === 1;
    rows.push({ kind: "schema", key: schema, schema, count: list.length, open: isOpen });
    if (isOpen) for (const table of list) pushTable(rows, table, open);
  }
  return rows;
}

const DEPTH = { schema: 0, table: 1, column: 2 };

/** Where a key leads in the tree, and what it opens or closes; null when it is not one of the tree's. */
export function treeMove(rows: TreeRow[], at: number, key: string): { at: number; turn?: string } | null {
  const row = rows[at];
  if (!row) return null;
  const isOpen = row.kind !== "column" && row.open;
  switch (key) {
    case "ArrowDown":
      return { at: Math.min(rows.length - 1, at + 1) };
    case "ArrowUp":
      return { at: Math.max(0, at - 1) };
    case "Home":
      return { at: 0 };
    case "End":
      return { at: rows.length - 1 };
    case "ArrowRight":
      if (row.kind === "column") return null;
      return isOpen ? { at: Math.min(rows.length - 1, at + 1) } : { at, turn: row.key };
    case "ArrowLeft": {
      if (isOpen) return { at, turn: row.key };
      const parent = rows.findLastIndex((each, index) => index < at && DEPTH[each.kind] < DEPTH[row.kind]);
      return parent === -1 ? null : { at: parent };
    }
    default:
      return null;
  }
}

function pushTable(rows: TreeRow[], table: CatalogTable, open: ReadonlySet<string>): void {
  const key = `${table.schema}.${table.name}`;
  const isOpen = open.has(key);
  rows.push({ kind: "table", key, table, open: isOpen });
  if (!isOpen) return;
  for (const column of table.columns) {
    rows.push({
      kind: "column",
      key: `${key}.${column.name}`,
      name: column.name,
      type: column.type,
      comment: column.comment,
    });
  }
}

/** Names in lower case, made once: a search looks at each of 10,000 tables and their columns on each key. */
const lowered = new WeakMap<CatalogTable, { name: string; columns: string }>();

function matches(table: CatalogTable, words: string): boolean {
  let names = lowered.get(table);
  if (!names) {
    const columns = table.columns.map((column) => column.name).join("\n");
    names = { name: `${table.schema}.${table.name}`.toLowerCase(), columns: columns.toLowerCase() };
    lowered.set(table, names);
  }
  return names.name.includes(words) || (words.length > 2 && names.columns.includes(words));
}
