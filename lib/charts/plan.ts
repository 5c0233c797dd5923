import type { StoredPart } from "@/lib/results/stored";
import type { Column } from "@/lib/warehouses/adapter";
import type { Aggregate, Bucket, ChartType } from "./kinds";

/** What a reader child computes: a spec whose columns are found in the result and whose choices fit their types. */

export type AxisKind = "time" | "number" | "text";

export interface PlanAxis {
  column: number;
  kind: AxisKind;
}

export interface PlanMeasure {
  /** Null counts rows. */
  column: number | null;
  aggregate: Aggregate;
}

export interface ChartPlan {
  type: ChartType;
  x: PlanAxis | null;
  series: PlanAxis | null;
  measures: PlanMeasure[];
  bucket: Bucket;
  timeZone: string;
  /** Most categories along x, and most series; what is over goes into "other". */
  top: number;
  topSeries: number;
  sort: "size" | "name" | "rows";
  gaps: "gap" | "zero" | "join";
  stacked: boolean;
  bins: number | null;
  other: boolean;
}

export interface ChartRequest {
  kind: "chart";
  parts: StoredPart[];
  columns: Column[];
  plan: ChartPlan;
}

/** A place on an axis as the child gives it: see keyView in schema.ts. */
export interface PlanKey {
  at: string | null;
  from?: string;
  to?: string;
  other?: true;
  cut?: true;
}

export interface ChartAnswer {
  notes: string[];
  keys: PlanKey[];
  /** The split's keys; one null without a split. */
  split: (PlanKey | null)[];
  /** By measure, then by split, then by key. */
  values: (number | null)[][][];
  /** By split, then by key. */
  rows: number[][];
  bucket: Bucket | null;
  width: number | null;
  /** Of a scatter only: points by split, and of how many. */
  points?: { split: number; x: number; y: number }[];
  of?: number;
}

/** Statistics of some columns, each with its own plan for the drawing of how its values are spread. */
export interface ProfileRequest {
  kind: "profile";
  parts: StoredPart[];
  columns: Column[];
  plans: ChartPlan[];
}

export interface ColumnStatistics {
  column: number;
  nulls: number;
  distinct: number;
  /** Whether `distinct` is about right, and not counted. */
  estimated: boolean;
  least: string | null;
  greatest: string | null;
  mean: number | null;
  /** Texts without a character. */
  empty: number;
  /** Values that no native type holds, as NaN and infinity: in neither end nor mean. */
  odd: number;
  shape: ChartAnswer;
}

export interface ProfileAnswer {
  columns: ColumnStatistics[];
}
