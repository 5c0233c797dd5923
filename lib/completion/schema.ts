/** The part of a warehouse's catalogue that completion reads; TableInfo of the adapters has this shape. */
export interface CatalogTable {
  schema: string;
  name: string;
  kind: string;
  comment: string | null;
  rows: number | null;
  bytes: number | null;
  columns: CatalogColumn[];
  foreignKeys: { columns: string[]; schema: string; table: string; references: string[] }[];
}

export interface CatalogColumn {
  name: string;
  type: string;
  nullable: boolean;
  comment: string | null;
}

export interface Suggestion {
  kind: "table" | "schema" | "column" | "alias" | "join" | "function" | "keyword";
  label: string;
  insert: string;
  /** Offset from which the text up to the cursor is replaced. */
  from: number;
  detail?: string;
  documentation?: string;
  /** What the typed text is matched against, where that is not the label. */
  filter?: string;
}
