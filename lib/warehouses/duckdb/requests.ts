import type { BoundValue, Column, OpenTable, StatementError, TableName } from "@/lib/warehouses/adapter";

/**
 * What is said between a session and the child that runs its statements (workers/duckdb/sandbox.ts). Rows go by a pipe, in
 * pieces of whole rows: four bytes of a piece's length, least first, and the piece.
 */

/** What a child may use; it reads this once, at its start. */
export interface SandboxSettings {
  /** A folder for what memory has no room for; the parent removes it. */
  spill: string;
  threads: number;
  /** DuckDB's own limit, above which it uses the disk: "1GB". */
  memory: string;
  spillLimit: string;
  /** In which tables are looked for; null: any. */
  schemas: string[] | null;
}

export interface StatementRequest {
  kind: "statement";
  sql: string;
  values: BoundValue[];
  limit: number | null;
  timeZone: string;
  /** A Parquet file to be, in the child's own folder: the rows go there, and not through the pipe. */
  into?: string;
}

/** What a statement names; null where it may read it is not known until the parent has asked. */
export interface TablesAnswer {
  kind: "tables";
  /** In the order asked for. `files` are links in a folder of this statement's own; a text says why there is none. */
  tables: (OpenTable | string)[];
}

export interface CellAnswer {
  kind: "cell";
  /** What stands in the place of a cell that was too large for its row. */
  text: string;
}

export type ToChild = StatementRequest | TablesAnswer | CellAnswer | { kind: "go" };

export type FromChild =
  | { kind: "ready" }
  | { kind: "names"; names: TableName[] }
  | { kind: "columns"; columns: Column[] }
  | { kind: "cell"; row: number; column: number; value: Buffer }
  /** So many bytes of rows went through the pipe. */
  | { kind: "done"; rowCount: number; truncated: boolean; bytes: number }
  | { kind: "failed"; error: StatementError };
