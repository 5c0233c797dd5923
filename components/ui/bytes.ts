/** Bytes as people say them, in powers of 1,024: "0 bytes", "812 kB", "1.4 GB". */
export function bytes(count: number): string {
  if (count < 1024) return count === 1 ? "1 byte" : `${count} bytes`;
  const units = ["kB", "MB", "GB", "TB", "PB"];
  let value = count / 1024;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1024;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
