import type { Readable } from "node:stream";

/** A whole file on its way out. */
export interface FileStream {
  body: Readable;
  type: string;
  bytes: number;
  name: string;
}

export const mediaTypes = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  json: "application/json",
  ndjson: "application/x-ndjson",
  parquet: "application/vnd.apache.parquet",
};
