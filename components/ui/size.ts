const units = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A size as people say it, in powers of 1,000: "312 B", "1.2 MB", "48 GB". */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
