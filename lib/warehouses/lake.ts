import type { Held } from "@/lib/platform/store/store";
import type { Column, TableName } from "./adapter";

/**
 * A warehouse whose tables Sluice keeps itself: Parquet files in the store, and a catalogue that says which of them are a
 * table now. The engine makes files; what a table is changes in the catalogue alone, in one transaction.
 */

export interface LakeFile {
  id: string;
  key: string;
  rows: number;
  /** Whose rows these are. */
  runKey: string;
}

export interface LakeTable extends TableName {
  id: string;
  version: number;
  /** A view's query; null: a table. */
  view: string | null;
  /** Each file has exactly these. */
  columns: Column[];
  files: LakeFile[];
}

/** On whose behalf a table is written, as the worker knows it: a stage is not asked. */
export interface LakeWriter {
  runKey: string;
  token: number;
  pipeline: string;
  stage: string;
  /** Null: wherever it likes. */
  schemas: string[] | null;
  /** Where it has to hold its lease still when it commits. */
  attempt?: { id: string; lease: string };
}

/** What a write makes of a table. */
export interface LakeChange {
  table: TableName;
  /** As it was when the change was worked out; null: it was not there. */
  before: LakeTable | null;
  view: string | null;
  columns: Column[];
  /** Ids of files whose rows are no more, or stand in others now. */
  retired: string[];
  added: (Omit<LakeFile, "id"> & { bytes: number })[];
}

export interface Lake {
  find(table: TableName): Promise<LakeTable | null>;
  /** Local paths of a table's files, in order, until they are let go. */
  hold(files: LakeFile[]): Promise<Held>;
  /** Puts a finished file into the store, where nothing points to it yet; what no change takes up is swept. */
  put(file: string): Promise<{ key: string; bytes: number }>;
  /** Says that this attempt writes from now on. @throws WarehouseError `late_attempt` where a later one has said so */
  raise(writer: LakeWriter): Promise<void>;
  /**
   * All of it or nothing. False: the table is another by now, and the change has to be worked out anew.
   * @throws WarehouseError `late_attempt` where the attempt may not write any more
   */
  commit(writer: LakeWriter, change: LakeChange): Promise<boolean>;
}
