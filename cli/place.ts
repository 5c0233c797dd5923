/** An address below /api/v1, of parts that may have anything in them: `place("warehouses", "a/b", "gate")`. */
export const place = (...parts: (string | undefined)[]): string =>
  parts.map((part = "") => `/${encodeURIComponent(part)}`).join("");
