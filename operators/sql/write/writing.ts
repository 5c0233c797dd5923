import type pg from "pg";
import type { Context } from "../context";
import type { TableName } from "../names";
import { type Fence, runColumn } from "./fence";
import type { Rows } from "./rows";
import type { Column, Target } from "./target";

export const modes = ["append", "replace", "merge", "partition-overwrite"] as const;
export type Mode = (typeof modes)[number];

export interface Plan {
  table: TableName;
  mode: Mode;
  /** Of `merge`. */
  key: string[];
  /** Of `partition-overwrite`. */
  timeColumn: string | null;
  /** Of `replace`: stop where there is a table of that name that this stage did not make. */
  onlyNew?: boolean;
}

/** A table that is being written to, inside the transaction that commits it. */
export interface Writing {
  client: pg.Client;
  context: Context;
  plan: Plan;
  fence: Fence;
  target: Target;
  /** Those that the rows fill, in the rows' order. */
  columns: Column[];
  rows: Rows;
}

/** The number of this run, where the table has a place for it. */
export function runOf({ fence, target }: Pick<Writing, "fence" | "target">): string | null {
  return target.columns.some(({ name }) => name === runColumn) ? fence.run : null;
}
