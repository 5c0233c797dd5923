import type { Refusal } from "@/lib/tabular/refusal";
import type { Format } from "@/lib/tabular/schema";

/** What the process that converts a file is asked, and answers (workers/duckdb/convert.ts). */
export interface ConvertRequest {
  /** Holds `source`, and gets `rows.parquet`. */
  folder: string;
  format: Format;
  sheet: string | undefined;
}

export type ConvertAnswer =
  | {
      ok: true;
      rows: number;
      columns: { name: string; type: string }[];
      preview: (string | null)[][];
      sheets?: string[];
    }
  | { ok: false; field: Refusal["field"]; message: string };
