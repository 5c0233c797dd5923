import type { Limit } from "./schema";

/** "above 100". Pure. */
export function limitWords({ is, value }: Pick<Limit, "is" | "value">): string {
  return is === "equals" ? `equal to ${value}` : `${is} ${value}`;
}
