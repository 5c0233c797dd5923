import type { Column } from "@/lib/warehouses/adapter";

/** What reading needs to know of a statement; lib/executions/data.ts gives it. */
export interface ResultStatement {
  statementId: string;
  state: string;
  columns: Column[] | null;
  rowCount: number | null;
  truncated: boolean;
  limitedBy: string | null;
  head: Buffer | Uint8Array | null;
  headRows: number;
  resultKey: string | null;
  timeZone: string;
  expiredAt: Date | null;
}
