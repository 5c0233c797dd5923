import type { BoundValue } from "@/lib/warehouses/adapter";

/** As a parameter of unknown type takes it. An array is PostgreSQL's own literal of one, each part quoted. */
export function engineText(value: BoundValue): string | null {
  if (!Array.isArray(value)) return value;
  return `{${value.map((part) => `"${part.replace(/[\\"]/g, "\\$&")}"`).join(",")}}`;
}
