/** The warehouse that every installation has: SQL over stored results, saved queries' answers and uploaded files. */
export const resultsWarehouse = "results-and-files";

/** The editor with a query of one of its tables. */
export function tableQueryPath(schema: "results" | "queries" | "files", name: string): string {
  const sql = `select *\nfrom ${schema}."${name.replaceAll('"', '""')}"\nlimit 1000`;
  return `/queries/new?${new URLSearchParams({ warehouse: resultsWarehouse, sql })}`;
}
