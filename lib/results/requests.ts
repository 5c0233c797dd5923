import type { Column } from "@/lib/warehouses/adapter";

/** What the parent asks of a writer child: read CSV from a pipe (or file), write Parquet. */
export interface WriteRequest {
  kind: "write";
  source: string;
  target: string;
  columns: Column[];
}

export interface WriteAnswer {
  rows: number;
}
