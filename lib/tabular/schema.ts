/** Files that hold tables, as they come from anywhere. Pure: the browser names them too. */
export const formats = ["csv", "parquet", "json", "ndjson", "xlsx"] as const;
export type Format = (typeof formats)[number];
