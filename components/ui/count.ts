/** "1 row", "1,204,331 rows". Words of the page are English whatever the reader's locale. */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;
}
