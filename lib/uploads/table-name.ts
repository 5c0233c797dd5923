/** The table's name that a file's own suggests: `Sales 2024 (final).csv` gives `sales_2024_final`. */
export function tableName(file: string): string {
  const stem = file.replace(/^.*[/\\]/, "").replace(/(\.tar)?\.[A-Za-z0-9]{1,8}$/i, "");
  const plain = stem
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
  return plain.slice(0, 90) || "file";
}
