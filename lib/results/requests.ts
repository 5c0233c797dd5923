import type { ChartRequest, ProfileRequest } from "@/lib/charts/plan";
import type { Column } from "@/lib/warehouses/adapter";
import type { DiffKind, Filter, SortKey } from "./schema";
import type { StoredPart } from "./stored";

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

/** Which rows of a stored result, in which order. */
interface Chosen {
  parts: StoredPart[];
  columns: Column[];
  timeZone: string;
  sort: SortKey[];
  filter: Filter[];
  search: string;
  /** Where the sorted and filtered rows are kept for later pages, without the ending. */
  derived: string;
}

/** A page of a stored result. */
export interface PageRequest extends Chosen {
  kind: "page";
  offset: number;
  limit: number;
  /** The matching rows, where the parent knows them already. */
  known: number | null;
}

export interface PageAnswer {
  rows: (string | null)[][];
  /** Each row's number in the stored result. */
  numbers: number[];
  matching: number;
  /** Cells of which only the beginning is there, so that the page fits: `row` is an index into `rows`. */
  cut: { row: number; column: number; bytes: number }[];
  /** The rows lay far apart; a copy in this order would serve the next page quicker. */
  scattered: boolean;
}

/** Copies the chosen rows, in their order, for later pages. */
export interface CopyRequest extends Chosen {
  kind: "copy";
}

/** Writes a whole result into a pipe, in a format that people take away. */
export interface ExportRequest {
  kind: "export";
  files: string[];
  columns: Column[];
  format: "csv" | "json" | "ndjson" | "xlsx" | "parquet";
  neutralise: boolean;
  target: string;
  /** Said on a sheet of its own where what is there is not all. */
  notes: string[];
}

export interface DiffSide {
  parts: StoredPart[];
  columns: Column[];
}

/** A column that both results have, by its index in each. */
export interface DiffPair {
  a: number;
  b: number;
}

/** Which columns tell the rows of both results apart. The answer is null where no few of them do. */
export interface DiffKeyRequest {
  kind: "diff-key";
  a: DiffSide;
  b: DiffSide;
  pairs: DiffPair[];
}

export interface DiffKeyAnswer {
  /** Indexes into pairs. */
  key: number[] | null;
}

/** The rows that differ, found once and kept in `derived` as row numbers, and a window of them. */
export interface DiffRequest extends Omit<DiffKeyRequest, "kind"> {
  kind: "diff";
  /** Indexes into pairs. */
  key: number[];
  derived: string;
  only: DiffKind | null;
  /** Only rows in which this pair changed. */
  changed: number | null;
  offset: number;
  limit: number;
}

export interface Difference {
  added: number;
  removed: number;
  changed: number;
  /** Rows in which each pair changed. */
  changedBy: number[];
  matching: number;
  rows: { kind: DiffKind; a: (string | null)[] | null; b: (string | null)[] | null; changed: number[] }[];
}

/** Or the key is not one: these values occur more than once there. */
export type DiffAnswer = Difference | { repeated: { side: "a" | "b"; values: (string | null)[]; times: number } };

/** What tells whether two results have the same rows. */
export interface DigestRequest {
  kind: "digest";
  parts: StoredPart[];
  columns: Column[];
}

export interface DigestAnswer {
  digest: string;
}

export type ReadRequest =
  | PageRequest
  | CopyRequest
  | ExportRequest
  | WriteRequest
  | DiffKeyRequest
  | DiffRequest
  | ChartRequest
  | ProfileRequest
  | DigestRequest;
