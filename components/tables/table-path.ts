/** A table's own page. */
export function tablePath(warehouse: string, schema: string, name: string): string {
  return `/tables/${[warehouse, schema, name].map(encodeURIComponent).join("/")}`;
}
