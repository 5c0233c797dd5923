import type { Column } from "@/lib/warehouses/adapter";
import type { Filter, SortKey } from "./schema";

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

/** A page of a stored result. */
export interface PageRequest {
  kind: "page";
  file: string;
  columns: Column[];
  timeZone: string;
  offset: number;
  limit: number;
  sort: SortKey[];
  filter: Filter[];
  search: string;
  /** Where the sorted and filtered rows go once, so that later windows are offsets into them. */
  derived: string;
  /** The matching rows, where the parent knows them already. */
  known: number | null;
}

export interface PageAnswer {
  rows: (string | null)[][];
  /** Each row's number in the stored file. */
  numbers: number[];
  matching: number;
}

/** Writes a whole result into a pipe, in a format that people take away. */
export interface ExportRequest {
  kind: "export";
  file: string;
  columns: Column[];
  format: "csv" | "json" | "ndjson" | "xlsx" | "parquet";
  neutralise: boolean;
  target: string;
  /** Said on a sheet of its own where the rows are not all there are. */
  note: string | null;
}

export type ReadRequest = PageRequest | ExportRequest | WriteRequest;
