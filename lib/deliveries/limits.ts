/** What may be delivered. Pure, for the operator that asks for it holds itself to the same. */

export const fileFormats = ["csv", "xlsx", "json", "ndjson", "parquet"] as const;

/** What goes along with a mail. */
export const attachedBytes = 10_000_000;

/** Where a file may be kept: folders and a name, of what no system takes for anything else. */
export const plainPath = /^[\p{L}\p{N}_][\p{L}\p{N}_ .=-]{0,119}(\/[\p{L}\p{N}_][\p{L}\p{N}_ .=-]{0,119}){0,9}$/u;
export const pathWords =
  "Write folders and a name, as reports/2026-03-01.csv: letters, digits, space, dots, _, = and -, none beginning with a dot.";
